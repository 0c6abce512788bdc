import SluiceCodecs
import SluiceCore
import SluiceTestKit
import Synchronization
import Testing

/// Gathers what is written.
final class CollectingSink: ByteSink, Sendable {
    private let state = Mutex<(bytes: [UInt8], isFinished: Bool)>(([], false))
    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var isFinished: Bool { state.withLock { $0.isFinished } }
    func write(_ bytes: UnsafeRawBufferPointer) { state.withLock { $0.bytes.append(contentsOf: bytes) } }
    func finish() { state.withLock { $0.isFinished = true } }
}

/// A file made of what a codec's sink writes, given to it in pieces of `pieceBytes`.
func packed(_ bytes: [UInt8], _ codec: Codec, level: Int = Codec.defaultLevel, pieceBytes: Int = 10_000) throws -> [UInt8] {
    let target = CollectingSink()
    var sink = codec.compressed(target, level: level)
    for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
        try bytes[start..<min(bytes.count, start + pieceBytes)].withUnsafeBytes { piece in try sink.write(piece) }
    }
    try sink.finish()
    #expect(target.isFinished)
    return target.bytes
}

/// A source that gives at most `pieceBytes` at once.
struct SlowSource: ByteSource, Sendable {
    var source: MemorySource
    let pieceBytes: Int

    init(_ bytes: [UInt8], pieceBytes: Int) {
        source = MemorySource(bytes)
        self.pieceBytes = pieceBytes
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(pieceBytes)))
    }
}

/// All of a source, and what it failed with.
func drained(_ source: consuming any ByteSource & Sendable, bufferBytes: Int = 1000) -> (bytes: [UInt8], error: SluiceError?) {
    var content: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: bufferBytes)
    while true {
        var failure: SluiceError?
        let count = piece.withUnsafeMutableBytes { buffer in
            do throws(SluiceError) {
                return try source.read(into: buffer)
            } catch {
                failure = error
                return 0
            }
        }
        if let failure { return (content, failure) }
        if count == 0 { return (content, nil) }
        content += piece[..<count]
    }
}

/// All of a compressed file, and what it failed with.
func unpacked(
    _ bytes: [UInt8], path: String = "x", pieceBytes: Int = .max, bufferBytes: Int = 1000, plainLimit: Int64? = nil
) -> (bytes: [UInt8], error: SluiceError?) {
    do throws(SluiceError) {
        return drained(
            try Codec.decompressed(SlowSource(bytes, pieceBytes: pieceBytes), path: path, plainLimit: plainLimit), bufferBytes: bufferBytes)
    } catch {
        return ([], error)
    }
}

extension TemporaryDirectory {
    /// The bytes of a file in the directory.
    func bytes(_ relative: String) throws -> [UInt8] { try Self.bytes(of: path(relative)) }
}
