import CSnappy

/// libsnappy; it keeps no state between blocks.
enum SnappyBlocks {
    /// Snappy's densest element is a copy of 64 bytes in 3, so no block holds more than this many times its size
    /// (google/snappy format_description.txt, 2.2).
    private static let greatestRatio = 22

    static func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> BlockOutcome {
        guard let source = input.baseAddress?.assumingMemoryBound(to: CChar.self) else { return .damaged("it is empty") }
        var count = output.count
        let status = output.withAddress { snappy_uncompress(source, input.count, $0.assumingMemoryBound(to: CChar.self), &count) }
        switch status {
        case SNAPPY_OK: return .made(count)
        case SNAPPY_BUFFER_TOO_SMALL: return .noRoom
        default: return .damaged("it is not valid snappy data")
        }
    }

    static func decompress(_ input: UnsafeRawBufferPointer, limit: Int) -> (bytes: [UInt8], outcome: BlockOutcome) {
        guard let claimed = plainCount(input) else { return ([], .damaged("its length is not valid")) }
        guard claimed <= limit else { return ([], .noRoom) }
        var outcome = BlockOutcome.noRoom
        let bytes = [UInt8](unsafeUninitializedCapacity: claimed) { target, count in
            outcome = decompress(input, into: UnsafeMutableRawBufferPointer(start: target.baseAddress, count: claimed))
            if case .made(let made) = outcome { count = made }
        }
        return (bytes, outcome)
    }

    /// The length that a block claims, nil when it cannot hold that much.
    static func plainCount(_ input: UnsafeRawBufferPointer) -> Int? {
        var claimed = 0
        guard let source = input.baseAddress?.assumingMemoryBound(to: CChar.self),
            snappy_uncompressed_length(source, input.count, &claimed) == SNAPPY_OK, claimed <= input.count * greatestRatio
        else { return nil }
        return claimed
    }

    static func compress(_ input: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: snappy_max_compressed_length(input.count)) { target, count in
            count = target.count
            let status = target.withMemoryRebound(to: CChar.self) { target in
                input.withAddress { snappy_compress($0.assumingMemoryBound(to: CChar.self), input.count, target.baseAddress, &count) }
            }
            precondition(status == SNAPPY_OK, "snappy has room for its greatest output, and fails")
        }
    }
}
