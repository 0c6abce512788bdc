package import SluiceCore

/// A sequence number as groups see it: a decimal integer of any size, kept as text.
///
/// - Invariant: digits only, without leading zeros, at most `GroupLimits.sequenceDigits`.
package struct GroupSequence: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let digits: String

    package init(_ number: UInt64) { digits = String(number) }

    /// - Throws: `invalidArgument`.
    package init(parsing text: some StringProtocol) throws(SluiceError) {
        let isDecimal = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isDecimal, (1...GroupLimits.sequenceDigits).contains(text.utf8.count),
            text.utf8.count == 1 || text.utf8.first != UInt8(ascii: "0")
        else {
            throw SluiceError(
                .invalidArgument, "\(String(text).quotedForMessage) is no sequence number",
                remedy: "give a decimal integer without leading zeros, of at most \(GroupLimits.sequenceDigits) digits")
        }
        digits = String(text)
    }

    package var description: String { digits }

    /// Records from `other` (not counted) to this one, for streams that number records densely; nil where the number is too large.
    package func distance(from other: GroupSequence) -> Int? {
        guard let last = UInt128(digits), let first = UInt128(other.digits) else { return nil }
        return last <= first ? 0 : Int(exactly: last - first)
    }

    package static func < (a: Self, b: Self) -> Bool {
        let (x, y) = (a.digits.utf8, b.digits.utf8)
        return x.count == y.count ? x.lexicographicallyPrecedes(y) : x.count < y.count
    }
}
