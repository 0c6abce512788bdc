/// Where a batch stands in the order of the input: ascending in input order, with gaps.
package struct BatchPosition: Comparable, Hashable, Sendable {
    package var rawValue: UInt64
    package init(_ rawValue: UInt64) { self.rawValue = rawValue }
    package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}
