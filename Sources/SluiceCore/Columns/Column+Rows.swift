extension Column {
    /// The rows at `positions`, in that order; a position may repeat.
    ///
    /// - Complexity: O(rows taken + bytes taken).
    public func gather(_ positions: [Int32]) -> Column {
        positions.withUnsafeBufferPointer {
            checkPositions($0, count)
            return gather(unchecked: $0)
        }
    }

    /// - Parameter positions: each below `count`.
    func gather(unchecked positions: UnsafeBufferPointer<Int32>) -> Column {
        Column(type, storage.gather(positions), validity: validity?.gather(unchecked: positions))
    }

    /// As `gather`, with null where the position is negative.
    public func gatherOrNull(_ positions: [Int32]) -> Column {
        var isAny = false
        for position in positions where position < 0 { isAny = true }
        if !isAny { return gather(positions) }
        guard count > 0 else { return .nulls(type, count: positions.count) }
        let taken = gather(positions.map { max($0, 0) })
        if type == .null { return taken }
        let present = Bitmap(positions.lazy.map { $0 >= 0 })
        return Column(type, taken.storage, validity: taken.validity.map { $0 & present } ?? present)
    }

    /// A copy of a range of the rows.
    public func slice(_ rows: Range<Int>) -> Column {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= count, "a slice goes beyond the column")
        if rows == 0..<count { return self }
        return copied(RowRuns([rows]))
    }

    /// The rows of some ranges after one another: cheaper than a gather where the ranges are long.
    func copied(_ runs: RowRuns) -> Column {
        Column(type, storage.copied(runs), validity: validity?.copied(runs))
    }

    /// The rows of several columns of one type, one after another; `columns` is not empty.
    public static func concatenated(_ columns: [Column]) -> Column {
        precondition(!columns.isEmpty, "nothing to concatenate")
        if columns.count == 1 { return columns[0] }
        let type = columns[0].type
        precondition(columns.allSatisfy { $0.type == type }, "columns of different types cannot be concatenated")
        var validity: Bitmap?
        if type != .null, columns.contains(where: { $0.validity != nil }) {
            var bits = Bitmap()
            for column in columns { bits.append(contentsOf: column.explicitValidity) }
            validity = bits
        }
        return Column(type, .concatenated(columns), validity: validity)
    }
}
