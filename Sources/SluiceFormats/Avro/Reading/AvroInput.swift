import SluiceCore

/// An Avro file's plain bytes in order, with what its structure is made of.
struct AvroInput: Sendable {
    let path: String
    private var source: InputBytes
    private var buffer: [UInt8] = []
    private var start = 0
    /// Plain bytes before the next one.
    private(set) var offset: Int64 = 0

    init(_ source: InputBytes, path: String) {
        self.source = source
        self.path = path
    }

    /// Whether there is no further byte.
    mutating func isAtEnd() throws(SluiceError) -> Bool {
        if start < buffer.count { return false }
        return try !fill()
    }

    mutating func byte() throws(SluiceError) -> UInt8 {
        guard try !isAtEnd() else { throw cut() }
        defer {
            start += 1
            offset += 1
        }
        return buffer[start]
    }

    /// A zigzag varint.
    mutating func long() throws(SluiceError) -> Int64 {
        let begin = offset
        var bits: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            let byte = UInt64(try byte())
            bits |= (byte & 0x7F) << shift
            if byte < 0x80, shift < 63 || byte <= 1 { return Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1) }
        }
        throw corrupt("a number is too long", at: begin)
    }

    /// The next `count` bytes; memory follows the bytes that are there, not `count`.
    mutating func bytes(_ count: Int) throws(SluiceError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(min(count, FormatLimits.chunkBytes))
        while result.count < count {
            guard try !isAtEnd() else { throw cut() }
            let piece = buffer[start..<min(buffer.count, start + count - result.count)]
            result.append(contentsOf: piece)
            start += piece.count
            offset += Int64(piece.count)
        }
        return result
    }

    func cut() -> SluiceError {
        SluiceError(
            .cutFile, "the Avro file is cut off after \(offset) bytes", at: .file(path: path), remedy: "copy or download the file again")
    }

    func corrupt(_ why: String, at offset: Int64) -> SluiceError {
        SluiceError(
            .corruptFile, "the Avro file is damaged at byte \(offset): \(why)", at: .file(path: path),
            remedy: "copy or download the file again")
    }

    private mutating func fill() throws(SluiceError) -> Bool {
        var source = source
        var failure: SluiceError?
        buffer = [UInt8](unsafeUninitializedCapacity: FormatLimits.chunkBytes) { target, count in
            do throws(SluiceError) {
                count = try source.read(into: UnsafeMutableRawBufferPointer(target))
            } catch {
                failure = error
            }
        }
        self.source = source
        start = 0
        if let failure { throw failure.located(at: .file(path: path)) }
        return !buffer.isEmpty
    }
}
