extension SequenceNumber {
    /// Records from `other` (not counted) to this one; nil where the numbers are too large.
    ///
    /// - Parameter step: The difference between numbers that follow each other.
    package func distance(from other: SequenceNumber, step: UInt128) -> Int? {
        guard let last = value, let first = other.value else { return nil }
        return last <= first ? 0 : Int(exactly: (last - first) / step)
    }
}
