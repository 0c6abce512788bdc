import SluiceCore

/// What is known of the values of a row group or page before they are read.
struct ValueBounds {
    /// Nil: not known.
    var minimum: BoundValue?
    var maximum: BoundValue?
    /// Whether there are nulls; nil: not known.
    var hasNulls: Bool?
    /// Whether all values are null.
    var isAllNull: Bool
    /// Whether NaN may be there.
    var mayHaveNaN: Bool

    /// What a chunk's statistics say.
    ///
    /// - Parameter order: the order of the column's bounds; nil when the file says nothing about it.
    init(_ leaf: ParquetLeaf, _ statistics: ColumnStatistics?, valueCount: Int64, order: ColumnOrder?) {
        hasNulls = statistics?.nullCount.map { $0 > 0 }
        isAllNull = valueCount > 0 && statistics?.nullCount == valueCount
        mayHaveNaN = leaf.mayHaveNaN && statistics?.nanCount != 0
        guard let statistics else { return }
        var bounds: (minimum: [UInt8]?, maximum: [UInt8]?) = (nil, nil)
        if order == .typeDefined || order == .ieee754Total && leaf.mayHaveNaN {
            bounds = (statistics.minimum, statistics.maximum)
        }
        if bounds.minimum == nil, bounds.maximum == nil, leaf.ordersWithSign {
            bounds = (statistics.legacyMinimum, statistics.legacyMaximum)
        }
        set(leaf, bounds.minimum, bounds.maximum)
    }

    /// What a column index says of a page.
    init(_ leaf: ParquetLeaf, page: Int, _ index: ColumnIndex) {
        hasNulls = index.nullCounts.map { $0[page] > 0 }
        isAllNull = index.nullPages[page]
        mayHaveNaN = leaf.mayHaveNaN
        if !isAllNull { set(leaf, index.minimums[page], index.maximums[page]) }
    }

    private mutating func set(_ leaf: ParquetLeaf, _ minimum: [UInt8]?, _ maximum: [UInt8]?) {
        self.minimum = minimum.flatMap { leaf.bound($0, .minimum) }
        self.maximum = maximum.flatMap { leaf.bound($0, .maximum) }
        // Bounds that contradict each other are no bounds; old writers left NaN in one of a pair.
        if leaf.mayHaveNaN, self.minimum == nil || self.maximum == nil { (self.minimum, self.maximum) = (nil, nil) }
        if let low = self.minimum, let high = self.maximum, high.isLess(than: low) != false { (self.minimum, self.maximum) = (nil, nil) }
    }

    /// Whether some value may fulfil a relation. Says true wherever it is not known better.
    func mayFulfil(_ relation: ColumnBound.Relation) -> Bool {
        switch relation {
        case .isNull: return hasNulls != false
        case .isNotNull: return !isAllNull
        case _ where isAllNull: return false
        case .isIn(let values): return values.contains { mayHave($0) }
        case .less(let value): return !isKnown(minimum, notLess: value)
        case .lessOrEqual(let value): return !isKnown(minimum, above: value)
        case .greater(let value): return mayHaveNaN || !isKnown(maximum, notGreater: value)
        case .greaterOrEqual(let value): return mayHaveNaN || !isKnown(maximum, below: value)
        }
    }

    private func mayHave(_ value: Value) -> Bool { !isKnown(minimum, above: value) && !isKnown(maximum, below: value) }

    private func isKnown(_ bound: BoundValue?, above value: Value) -> Bool {
        guard let bound, let value = BoundValue(value) else { return false }
        return value.isLess(than: bound) == true
    }

    private func isKnown(_ bound: BoundValue?, below value: Value) -> Bool {
        guard let bound, let value = BoundValue(value) else { return false }
        return bound.isLess(than: value) == true
    }

    private func isKnown(_ bound: BoundValue?, notLess value: Value) -> Bool {
        guard let bound, let value = BoundValue(value) else { return false }
        return bound.isLess(than: value) == false
    }

    private func isKnown(_ bound: BoundValue?, notGreater value: Value) -> Bool {
        guard let bound, let value = BoundValue(value) else { return false }
        return value.isLess(than: bound) == false
    }
}
