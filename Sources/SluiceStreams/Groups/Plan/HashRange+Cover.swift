extension HashRange {
    package func intersects(_ other: HashRange) -> Bool { first <= other.last && other.first <= last }

    /// Whether every hash of this range is in one of others.
    ///
    /// - Complexity: O(n log n).
    package func isCovered(by others: [HashRange]) -> Bool {
        var next = first
        for other in others.sorted(by: { $0.first < $1.first }) where other.last >= next {
            if other.first > next { return false }
            if other.last >= last { return true }
            next = other.last + 1
        }
        return false
    }
}
