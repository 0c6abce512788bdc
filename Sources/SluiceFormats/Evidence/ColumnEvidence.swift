package import SluiceCore

/// What all values of a column were: how many of each kind, where each kind stands first, bounds, an estimate of different values, and
/// examples; the same whatever the order in which values and parts came. A type is decided from it (`TypeDecision`).
package struct ColumnEvidence: Sendable {
    package let name: String
    package internal(set) var nulls: Int64 = 0
    /// By kind.
    var counts = [Int64](repeating: 0, count: ValueKind.count)
    var firsts = [ValuePlace?](repeating: nil, count: ValueKind.count)
    var integers = Bounds<Int64>(.max, .min)
    var floats = Bounds<Double>(.infinity, -.infinity)
    /// Of dates in days, of timestamps in microseconds.
    var days = Bounds<Int64>(.max, .min)
    var times = Bounds<Int64>(.max, .min)
    /// Of everything that is neither a number nor an ISO time.
    var texts = TextBounds()
    var lengths = Bounds<Int>(.max, 0)
    /// Digits before the mark, of all numbers.
    var wholeDigits = 0
    var scales = Bounds<Int>(.max, 0)
    /// Numbers that a double does not keep.
    var inexact: Int64 = 0
    var firstInexact: ValuePlace?
    /// Forms that all days have that are not ISO 8601.
    var forms = DayForms.all
    package internal(set) var distinct: DistinctSketch
    /// `distinct` has values of files that changed or went since: it counts them, too.
    var mayCountGone = false
    var samples = SampleValues()
    /// Of structs.
    package internal(set) var members: [ColumnEvidence] = []
    /// Of lists: nothing or one.
    var elements: [ColumnEvidence] = []
    /// Types that files state for the column, where each stands first.
    package internal(set) var stated: [StatedType] = []

    /// The least and the greatest of some values.
    struct Bounds<Element: Comparable & Sendable>: Sendable, Hashable where Element: Hashable {
        var least: Element
        var most: Element

        init(_ least: Element, _ most: Element) {
            self.least = least
            self.most = most
        }

        var isEmpty: Bool { least > most }

        @inline(__always)
        mutating func take(_ value: Element) {
            if value < least { least = value }
            if value > most { most = value }
        }

        mutating func merge(_ other: Bounds) {
            least = min(least, other.least)
            most = max(most, other.most)
        }
    }

    /// A type that a file states.
    package struct StatedType: Hashable, Sendable {
        package var type: DataType
        package var files: Int64
        package var path: String
    }

    package init(_ name: String, hashes: Int = EvidenceLimits.distinctHashes) {
        self.name = name
        distinct = DistinctSketch(wanted: hashes)
    }

    /// Values of a kind.
    package func count(_ kind: ValueKind) -> Int64 { counts[kind.index] }
    /// Where a kind stands first.
    package func first(_ kind: ValueKind) -> ValuePlace? { firsts[kind.index] }
    /// Values that are not null.
    package var valueCount: Int64 { counts.reduce(0, +) }
    /// Values, nulls among them.
    package var total: Int64 { valueCount + nulls }
    /// Kinds that there are, in the order of their declaration.
    package var kinds: [ValueKind] { ValueKind.allCases.filter { counts[$0.index] > 0 } }
    /// Examples, always the same ones.
    package var sampleValues: [String] { samples.values }
    package var element: ColumnEvidence? { elements.first }

    /// Takes in what another one saw of the same column.
    package mutating func merge(_ other: ColumnEvidence) {
        nulls += other.nulls
        for kind in ValueKind.allCases {
            counts[kind.index] += other.counts[kind.index]
            firsts[kind.index] = Self.earlier(firsts[kind.index], other.firsts[kind.index])
        }
        integers.merge(other.integers)
        floats.merge(other.floats)
        days.merge(other.days)
        times.merge(other.times)
        texts.merge(other.texts)
        lengths.merge(other.lengths)
        wholeDigits = max(wholeDigits, other.wholeDigits)
        scales.merge(other.scales)
        inexact += other.inexact
        firstInexact = Self.earlier(firstInexact, other.firstInexact)
        forms &= other.forms
        distinct.merge(other.distinct)
        mayCountGone = mayCountGone || other.mayCountGone
        samples.merge(other.samples)
        for member in other.members {
            if let place = members.firstIndex(where: { $0.name.utf8.elementsEqual(member.name.utf8) }) {
                members[place].merge(member)
            } else {
                members.append(member)
            }
        }
        if let theirs = other.elements.first {
            if elements.isEmpty { elements.append(theirs) } else { elements[0].merge(theirs) }
        }
        for type in other.stated { state(type.type, files: type.files, path: type.path) }
    }

    private static func earlier(_ a: ValuePlace?, _ b: ValuePlace?) -> ValuePlace? {
        guard let a, let b else { return a ?? b }
        return a.precedes(b.path, b.line) ? a : b
    }

    /// Whether `distinct` is a count and no estimate.
    package var isDistinctExact: Bool { distinct.isExact && !mayCountGone }

    /// Takes in what files say of the column's type.
    mutating func state(_ type: DataType, files: Int64 = 1, path: String) {
        guard let place = stated.firstIndex(where: { $0.type == type }) else {
            stated.append(StatedType(type: type, files: files, path: path))
            return
        }
        stated[place].files += files
        if path.utf8.lexicographicallyPrecedes(stated[place].path.utf8) { stated[place].path = path }
    }
}
