import SluiceCore

/// A state that keeps one of the values it saw for each group: a column of the values so far, in which rows are replaced batch by batch.
struct PickedValues: Sendable {
    /// One row a group; null where the group has no value yet.
    private(set) var values: Column

    init(_ type: DataType) { values = .nulls(type, count: 0) }

    mutating func resize(groups: Int) {
        guard groups > values.count else { return }
        values = .concatenated([values, .nulls(values.type, count: groups - values.count)])
    }

    /// Replaces the values of the groups that picked a row of `column` (-1: none).
    mutating func take(_ picks: [Int32], from column: Column) {
        guard picks.contains(where: { $0 >= 0 }) else { return }
        let base = Int32(values.count)
        let positions = picks.enumerated().map { group, pick in pick >= 0 ? base + pick : Int32(group) }
        values = Column.concatenated([values, column]).gather(positions)
    }
}

/// `min(x)` and `max(x)`.
struct ExtremeState: AggregateState {
    let takesGreater: Bool
    private var kept: PickedValues

    init(_ type: DataType, takesGreater: Bool) {
        self.takesGreater = takesGreater
        kept = PickedValues(type)
    }

    mutating func resize(groups: Int) { kept.resize(groups: groups) }

    mutating func update(_ argument: Column?, groups: [Int32]) {
        guard let argument, argument.type != .null, !groups.isEmpty else { return }
        var picks = [Int32](repeating: -1, count: kept.values.count)
        switch argument.storage {
        case .int32(let values): pick(values, argument, groups, &picks) { $0 < $1 }
        case .int64(let values): pick(values, argument, groups, &picks) { $0 < $1 }
        case .float64(let values): pick(values, argument, groups, &picks) { $0 < $1 || ($0 == $0 && $1 != $1) }
        case .decimal(let values): pick(values, argument, groups, &picks) { $0 < $1 }
        default: pickAny(argument, groups, &picks)
        }
        // The winners of the batch against those so far: one comparison a group.
        for group in picks.indices where picks[group] >= 0 && !kept.values.isNull(group) {
            let order = RowOrder.compare(argument, Int(picks[group]), kept.values, group)
            if takesGreater ? order <= 0 : order >= 0 { picks[group] = -1 }
        }
        kept.take(picks, from: argument)
    }

    @inline(__always)
    private func pick<Number>(
        _ values: [Number], _ column: Column, _ groups: [Int32], _ picks: inout [Int32], _ isLess: (Number, Number) -> Bool
    ) {
        for (row, group) in groups.enumerated() where !column.isNull(row) {
            let best = Int(picks[Int(group)])
            if best < 0 || (takesGreater ? isLess(values[best], values[row]) : isLess(values[row], values[best])) {
                picks[Int(group)] = Int32(truncatingIfNeeded: row)
            }
        }
    }

    private func pickAny(_ column: Column, _ groups: [Int32], _ picks: inout [Int32]) {
        for (row, group) in groups.enumerated() where !column.isNull(row) {
            let best = Int(picks[Int(group)])
            if best >= 0 {
                let order = RowOrder.compare(column, row, column, best)
                if takesGreater ? order <= 0 : order >= 0 { continue }
            }
            picks[Int(group)] = Int32(truncatingIfNeeded: row)
        }
    }

    mutating func merge(_ other: any AggregateState, mapping: [Int32]) {
        guard let other = other as? ExtremeState else { preconditionFailure("states of different aggregates") }
        update(other.kept.values, groups: mapping)
    }

    func finish() -> Evaluated { Evaluated(column: kept.values) }
    var byteCount: Int { kept.values.byteCount }
}

/// `first(x)` and `last(x)`.
struct EndState: AggregateState {
    let takesLast: Bool
    private var kept: PickedValues

    init(_ type: DataType, takesLast: Bool) {
        self.takesLast = takesLast
        kept = PickedValues(type)
    }

    mutating func resize(groups: Int) { kept.resize(groups: groups) }

    mutating func update(_ argument: Column?, groups: [Int32]) {
        guard let argument, argument.type != .null else { return }
        var picks = [Int32](repeating: -1, count: kept.values.count)
        for (row, group) in groups.enumerated() where !argument.isNull(row) {
            if takesLast || (picks[Int(group)] < 0 && kept.values.isNull(Int(group))) { picks[Int(group)] = Int32(truncatingIfNeeded: row) }
        }
        kept.take(picks, from: argument)
    }

    mutating func merge(_ other: any AggregateState, mapping: [Int32]) {
        guard let other = other as? EndState else { preconditionFailure("states of different aggregates") }
        update(other.kept.values, groups: mapping)
    }

    func finish() -> Evaluated { Evaluated(column: kept.values) }
    var byteCount: Int { kept.values.byteCount }
}
