import FuzzKit
import SluiceCodecs
import SluiceCore

/// The codec of whole files and of blocks: the first byte chooses a way, the rest is compressed data.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var choices = Choices(Fuzzing.bytes(data, count))
    switch choices.number(below: 4) {
    case 0: readFile(choices.rest)
    case 1: compareInflaters(&choices)
    case 2: readBlock(&choices)
    default: roundTrip(&choices)
    }
    return 0
}

/// A file of any codec, by its content, with a limit against bombs.
private func readFile(_ bytes: [UInt8]) {
    let limit: Int64 = 1 << 20
    guard let source = try? Codec.decompressed(MemorySource(bytes), path: "x", plainLimit: limit) else { return }
    var opened = Opened(source: source)
    let count = drain(&opened, bufferBytes: 64 << 10).count
    Fuzzing.require(count <= Int(limit), "\(count) plain bytes are over the limit")
}

/// ISA-L and zlib make the same of a member, however output is cut.
private func compareInflaters(_ choices: inout Choices) {
    let wrapper: DeflateWrapper = choices.one(of: [.gzip, .zlib])
    let bufferBytes = choices.one(of: [1 << 16, 60, 7, 300])
    let bytes = choices.rest
    var fast = InflatedSource(InputBuffer(MemorySource(bytes), path: "x"), ISALInflater(wrapper), wrapper)
    var careful = InflatedSource(InputBuffer(MemorySource(bytes), path: "x"), ZlibInflater(wrapper), wrapper)
    let found = drain(&fast, bufferBytes: bufferBytes)
    let expected = drain(&careful, bufferBytes: bufferBytes)
    // Damage may be seen by one a few bytes earlier than by the other; whole files must be the same. Codes in which some words have no
    // meaning are refused by zlib only (RFC 1951 does not say that they must be); the checksum was right then.
    if !found.failed, let message = expected.message, message.contains("lengths set") || message.contains("distances set") { return }
    Fuzzing.require(found.failed == expected.failed, "ISA-L \(found.failed ? "fails" : "reads"), zlib does not")
    if !found.failed { Fuzzing.require(found == expected, "ISA-L gives \(found.count) bytes, zlib \(expected.count)") }
}

/// Plain bytes after which nothing new is to be seen.
private let readBytes = 2 << 20

/// Reads to the end, an error or `readBytes`.
private func drain(_ source: inout some ByteSource, bufferBytes: Int) -> Drained {
    var drained = Drained()
    var buffer = [UInt8](repeating: 0, count: bufferBytes)
    do {
        while drained.count < readBytes {
            let made = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
            if made == 0 { break }
            drained.add(buffer[..<made])
        }
    } catch {
        drained.message = "\(error)"
    }
    return drained
}

/// A source of any kind as one of a known kind.
private struct Opened: ByteSource {
    var source: any ByteSource & Sendable

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int { try source.read(into: buffer) }
}

private struct Drained: Equatable {
    var count = 0
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    /// Why reading failed.
    var message: String?
    var failed: Bool { message != nil }

    mutating func add(_ bytes: ArraySlice<UInt8>) {
        count += bytes.count
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
}

/// A block, once with its true size and once with a limit, and with a size that it does not have.
private func readBlock(_ choices: inout Choices) {
    let codec = choices.one(of: BlockCodec.allCases)
    let claimed = choices.number(below: 256) * choices.number(below: 256)
    choices.rest.withUnsafeBytes { input in
        let limit = 1 << 20
        let plain = try? codec.decompress(input, limit: limit)
        if let plain {
            Fuzzing.require(plain.count <= limit, "\(plain.count) plain bytes are over the limit")
            var exact = [UInt8](repeating: 0, count: plain.count)
            let filled: Void? = exact.withUnsafeMutableBytes { try? codec.decompress(input, into: $0) }
            Fuzzing.require(filled != nil && exact == plain, "\(codec): a block with its size known is another")
        }
        var other = [UInt8](repeating: 0, count: claimed)
        let filled: Void? = other.withUnsafeMutableBytes { try? codec.decompress(input, into: $0) }
        if filled != nil, let plain { Fuzzing.require(plain == other, "\(codec): a block of \(plain.count) bytes fills \(claimed)") }
    }
}

/// What was compressed comes back.
private func roundTrip(_ choices: inout Choices) {
    let codec = choices.one(of: BlockCodec.allCases)
    let level = choices.number(below: 20)
    let plain = choices.rest
    let block = plain.withUnsafeBytes { codec.compress($0, level: level) }
    let back = block.withUnsafeBytes { try? codec.decompress($0, limit: plain.count) }
    Fuzzing.require(back == plain, "\(codec), level \(level): another text comes back")
}
