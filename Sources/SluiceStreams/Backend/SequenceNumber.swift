/// The number of a record: an unbounded decimal integer, ascending in its shard and unique in its stream. It compares as a number, not as text.
///
/// Kinesis: up to 129 digits, `0` or no leading zero.
package struct SequenceNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Digits at most (API model of 2026-08).
    package static let maxDigits = 129

    /// Values of up to 128 bits, which those of the embedded log are, are kept as numbers, longer ones as digits.
    private enum Storage: Hashable, Sendable {
        case small(UInt128)
        case large(String)
    }

    private let storage: Storage

    package init(_ value: UInt128) { storage = .small(value) }

    /// Nil unless the text is `0` or digits without a leading zero, at most `maxDigits`.
    package init?(parsing text: some StringProtocol) {
        guard (1...Self.maxDigits).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text.utf8.first != 0x30 || text.utf8.count == 1
        else { return nil }
        if let value = UInt128(text) { storage = .small(value) } else { storage = .large(String(text)) }
    }

    /// Nil where the number has more than 128 bits.
    package var value: UInt128? {
        if case .small(let value) = storage { value } else { nil }
    }

    package var description: String {
        switch storage {
        case .small(let value): String(value)
        case .large(let digits): digits
        }
    }

    /// As numbers, not as texts: 9 stands before 10.
    package static func < (a: Self, b: Self) -> Bool {
        switch (a.storage, b.storage) {
        case (.small(let a), .small(let b)): a < b
        case (.small, .large): true
        case (.large, .small): false
        case (.large(let a), .large(let b)): a.utf8.count != b.utf8.count ? a.utf8.count < b.utf8.count : a < b
        }
    }
}
