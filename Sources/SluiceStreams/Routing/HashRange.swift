import Crypto
package import SluiceCore

/// A contiguous, inclusive part of the 128-bit space of hashed partition keys, owned by one shard.
package struct HashRange: Hashable, Sendable {
    package var first: UInt128
    package var last: UInt128

    package init(first: UInt128, last: UInt128) {
        precondition(first <= last, "a hash range cannot be empty")
        self.first = first
        self.last = last
    }

    /// Equal slices of the whole space, as Kinesis cuts it for a new stream; the last one takes the remainder.
    package static func slices(_ count: Int) -> [HashRange] {
        let width = count == 1 ? UInt128.max : UInt128.max / UInt128(count) + (UInt128.max % UInt128(count) == UInt128(count - 1) ? 1 : 0)
        return (0..<count).map { index in
            let first = UInt128(index) * width
            return HashRange(first: first, last: index == count - 1 ? .max : first + width - 1)
        }
    }

    package func contains(_ hash: UInt128) -> Bool { hash >= first && hash <= last }

    /// The place of a partition key: the MD5 of its bytes as a big-endian number (Kinesis: MD5 of the UTF-8 key).
    package static func hash(of key: UnsafeRawBufferPointer) -> UInt128 {
        var md5 = Insecure.MD5()
        md5.update(bufferPointer: key)
        return md5.finalize().withUnsafeBytes { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) }
    }

    package static func hash(of key: String) -> UInt128 { Array(key.utf8).withUnsafeBytes { hash(of: $0) } }

    /// An explicit hash key: `0`, or decimal digits without a leading zero that are below 2^128 (Kinesis).
    ///
    /// - Throws: `invalidArgument` for anything else.
    package static func hashKey(parsing text: String) throws(SluiceError) -> UInt128 {
        guard let number = SequenceNumber(parsing: text), let value = number.value else {
            throw SluiceError(
                .invalidArgument, "\(text.quotedForMessage) is no hash key",
                remedy: "write a decimal number from 0 to \(UInt128.max), without leading zeros")
        }
        return value
    }
}
