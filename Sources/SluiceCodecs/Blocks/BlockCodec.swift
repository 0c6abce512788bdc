package import SluiceCore

/// How a block inside a file is compressed: a Parquet page, an Avro block. Whole files are a `Codec`'s.
///
/// A block is in memory as a whole, so the libraries that need that (libdeflate) serve here. States of libraries are pooled; any number of
/// tasks may call at once.
package enum BlockCodec: String, CaseIterable, Sendable {
    case none
    /// Snappy's raw format, without framing.
    case snappy
    /// RFC 1952, one member or several.
    case gzip
    /// RFC 1950.
    case zlib
    /// RFC 1951. Bytes behind the final block are ignored: the Python writers of Avro leave three bytes of a checksum there.
    case deflate
    /// RFC 8878, one frame or several.
    case zstd

    /// Decompresses a block whose exact plain size is known: it fills `output`. An empty block stands for an empty output, whatever the
    /// codec.
    ///
    /// Nothing is written beyond `output`; after an error its content is undefined.
    /// - Throws: `corruptFile` when the block is damaged or has another plain size.
    package func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(SluiceError) {
        if input.isEmpty, output.isEmpty { return }
        let outcome: BlockOutcome
        switch self {
        case .none:
            guard input.count == output.count else { throw wrongSize(input, expected: output.count, is: "\(input.count)") }
            output.copyMemory(from: input)
            return
        case .snappy: outcome = SnappyBlocks.decompress(input, into: output)
        case .gzip, .zlib, .deflate: outcome = DeflateBlocks.decompress(input, into: output, wrapper: self)
        case .zstd: outcome = ZstdBlocks.decompress(input, into: output)
        }
        switch outcome {
        case .made(output.count): return
        case .made(let count): throw wrongSize(input, expected: output.count, is: "\(count)")
        case .noRoom: throw wrongSize(input, expected: output.count, is: "more")
        case .damaged(let reason): throw damaged(input, reason)
        }
    }

    /// Decompresses a block whose plain size is not known. Memory follows what the block really holds, not what it claims.
    ///
    /// - Throws: `limitExceeded` when there are more than `limit` plain bytes; `corruptFile` when the block is damaged.
    package func decompress(_ input: UnsafeRawBufferPointer, limit: Int) throws(SluiceError) -> [UInt8] {
        if input.isEmpty { return [] }
        let result: (bytes: [UInt8], outcome: BlockOutcome)
        switch self {
        case .none:
            guard input.count <= limit else { throw tooLarge(limit) }
            return [UInt8](input)
        case .snappy: result = SnappyBlocks.decompress(input, limit: limit)
        case .gzip, .zlib, .deflate: result = DeflateBlocks.decompress(input, limit: limit, wrapper: self)
        case .zstd: result = ZstdBlocks.decompress(input, limit: limit)
        }
        switch result.outcome {
        case .made: return result.bytes
        case .noRoom: throw tooLarge(limit)
        case .damaged(let reason): throw damaged(input, reason)
        }
    }

    /// The block for `input`. Equal input and level give equal bytes.
    ///
    /// - Parameter level: 1 (fast) to 12 for the deflate family (nil: 4), 1 to 19 for zstd (nil: 3); a level beyond is the nearest one.
    ///   Snappy has none.
    package func compress(_ input: UnsafeRawBufferPointer, level: Int? = nil) -> [UInt8] {
        switch self {
        case .none: [UInt8](input)
        case .snappy: SnappyBlocks.compress(input)
        case .gzip, .zlib, .deflate: DeflateBlocks.compress(input, level: level ?? DeflateBlocks.defaultLevel, wrapper: self)
        case .zstd: ZstdBlocks.compress(input, level: level ?? ZstdBlocks.defaultLevel)
        }
    }

    /// As `compress(_:level:)`, appended to `target`.
    package func compress(_ input: UnsafeRawBufferPointer, level: Int? = nil, into target: inout [UInt8]) {
        if self == .none {
            target.append(contentsOf: input)
        } else {
            target.append(contentsOf: compress(input, level: level))
        }
    }

    private func wrongSize(_ input: UnsafeRawBufferPointer, expected: Int, is count: String) -> SluiceError {
        SluiceError(
            .corruptFile, "a block of \(input.count) bytes (\(rawValue)) holds \(count) plain bytes where \(expected) are announced",
            remedy: Self.remedy)
    }

    private func damaged(_ input: UnsafeRawBufferPointer, _ reason: String) -> SluiceError {
        SluiceError(.corruptFile, "a block of \(input.count) bytes (\(rawValue)) is damaged: \(reason)", remedy: Self.remedy)
    }

    private func tooLarge(_ limit: Int) -> SluiceError {
        SluiceError(
            .limitExceeded, "a block (\(rawValue)) holds more than \(limit) plain bytes",
            remedy: "write the file again with smaller blocks")
    }

    private static let remedy = "copy or download the file again"
}

/// What became of a block.
enum BlockOutcome: Equatable {
    /// Plain bytes in the output.
    case made(Int)
    /// The output is too small.
    case noRoom
    /// Why, in words.
    case damaged(String)
}

extension UnsafeMutableRawBufferPointer {
    /// Calls `body` with an address even where the buffer is empty and has none, as C libraries expect.
    func withAddress<Result>(_ body: (UnsafeMutableRawPointer) -> Result) -> Result {
        if let baseAddress { return body(baseAddress) }
        var nothing: UInt64 = 0
        return withUnsafeMutablePointer(to: &nothing) { body(UnsafeMutableRawPointer($0)) }
    }
}

extension UnsafeRawBufferPointer {
    /// See `UnsafeMutableRawBufferPointer.withAddress`.
    func withAddress<Result>(_ body: (UnsafeRawPointer) -> Result) -> Result {
        if let baseAddress { return body(baseAddress) }
        let nothing: UInt64 = 0
        return withUnsafePointer(to: nothing) { body(UnsafeRawPointer($0)) }
    }
}

/// Grows an output until a decompressor that must start over each time has room; the sum of all tries is linear in the last.
///
/// - Parameter decompress: Fills the buffer that it is given.
func decompressed(
    start: Int, limit: Int, _ decompress: (UnsafeMutableRawBufferPointer) -> BlockOutcome
) -> (bytes: [UInt8], outcome: BlockOutcome) {
    var capacity = min(max(start, CodecLimits.smallestGuessBytes), limit)
    while true {
        var outcome = BlockOutcome.noRoom
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
            outcome = decompress(UnsafeMutableRawBufferPointer(start: target.baseAddress, count: capacity))
            if case .made(let made) = outcome { count = made }
        }
        guard outcome == .noRoom, capacity < limit else { return (bytes, outcome) }
        capacity = capacity > limit / 4 ? limit : capacity * 4
    }
}

extension Int {
    /// The product, or the greatest number.
    func multipliedClamped(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
