/// Sums up the pages of a column chunk for the footer and the page index.
enum ChunkStatistics {
    /// Statistics of the chunk; nil where nothing is known.
    static func statistics(_ bounds: PageBounds, nullCount: Int) -> ColumnStatistics {
        var result = ColumnStatistics(nullCount: Int64(nullCount))
        if case .known(let least, let most) = bounds {
            result.minimum = least.bytes
            result.maximum = most.bytes
            result.isMinimumExact = least.isExact
            result.isMaximumExact = most.isExact
        }
        return result
    }

    /// The column index; nil where a page's bounds are not known, because an index needs all of them.
    static func columnIndex(_ pages: [WrittenPage], order: BoundaryOrder) -> ColumnIndex? {
        var index = ColumnIndex(nullPages: [], minimums: [], maximums: [], boundaryOrder: order, nullCounts: [])
        for page in pages {
            switch page.bounds {
            case .unknown: return nil
            case .noValues:
                index.nullPages.append(true)
                index.minimums.append([])
                index.maximums.append([])
            case .known(let least, let most):
                index.nullPages.append(false)
                index.minimums.append(least.bytes)
                index.maximums.append(most.bytes)
            }
            index.nullCounts?.append(Int64(page.nullCount))
        }
        return index
    }

    /// Whether the bounds of pages ascend or descend; pages of nulls only do not count.
    static func order<Value>(
        _ bounds: [(least: Value, most: Value)], _ isLess: (Value, Value) -> Bool
    ) -> BoundaryOrder {
        var ascends = true
        var descends = true
        for (page, next) in zip(bounds, bounds.dropFirst()) {
            if isLess(next.least, page.least) || isLess(next.most, page.most) { ascends = false }
            if isLess(page.least, next.least) || isLess(page.most, next.most) { descends = false }
        }
        return ascends ? .ascending : descends ? .descending : .unordered
    }
}
