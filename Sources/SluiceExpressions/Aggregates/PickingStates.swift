import SluiceCore

/// `first(x)` and `last(x)`: by the position of batches, so that it does not matter in which order they are taken in.
struct EndState: AggregateState {
    /// Of a group without a value; no row stands there.
    private static let none = RowPlace(position: 0, row: -1)

    let takesLast: Bool
    private var kept: PickedRows
    private var ranks: [RowPlace] = []
    private var winners = BatchWinners()
    private(set) var nextPosition: UInt64 = 0

    init(_ type: DataType, takesLast: Bool) {
        self.takesLast = takesLast
        kept = PickedRows(type)
    }

    mutating func resize(groups: Int) {
        kept.resize(groups: groups)
        ranks.grow(to: groups, Self.none)
        winners.resize(groups: groups)
    }

    mutating func update(_ argument: Column?, groups: [Int32], at place: RowPlace) {
        guard let argument = argument?.flattened, argument.type != .null else { return }
        nextPosition = max(nextPosition, place.position &+ 1)
        take(argument, groups, (0..<groups.count).map { RowPlace(position: place.position, row: place.row + Int64($0)) })
    }

    /// Keeps the values that win, of rows that may stand in any order.
    private mutating func take(_ column: Column, _ groups: [Int32], _ offered: [RowPlace]) {
        for (row, group) in groups.enumerated() where !column.isNull(row) {
            let held = ranks[Int(group)]
            if held.row >= 0, (offered[row] > held) != takesLast { continue }
            ranks[Int(group)] = offered[row]
            winners.set(group, row)
        }
        kept.replace(winners.groups, with: winners.rows, of: column)
        winners.clear()
    }

    mutating func merge(_ other: any AggregateState, from sources: [Int32], into targets: [Int32], isLater: Bool) {
        guard let other = other as? EndState else { preconditionFailure("states of different aggregates") }
        let shift = isLater ? nextPosition : 0
        nextPosition = max(nextPosition, other.nextPosition &+ shift)
        take(
            other.kept.values(of: sources), targets,
            sources.map { source in
                let rank = other.ranks[Int(source)]
                return RowPlace(position: rank.position &+ shift, row: rank.row)
            })
    }

    func partial(of groups: [Int32]) -> [Column] {
        let held = ranks.taken(groups)
        return [
            kept.values(of: groups), .integers(held.map { Int64(bitPattern: $0.position) }), .integers(held.map(\.row)),
        ]
    }

    mutating func absorb(_ partial: [Column], groups: [Int32]) {
        let offered = zip(partial[1].int64s, partial[2].int64s).map { RowPlace(position: UInt64(bitPattern: $0), row: $1) }
        if partial[0].type != .null { take(partial[0], groups, offered) }
    }

    func finish() -> Evaluated { Evaluated(column: kept.values(of: (0..<Int32(ranks.count)).map { $0 })) }
    var byteCount: Int { kept.byteCount + ranks.capacity * MemoryLayout<RowPlace>.stride + winners.byteCount }
}

/// `min(x)` and `max(x)` of types that are not numbers: texts by their bytes, nested values by their parts.
struct ExtremeRowState: AggregateState {
    let takesGreater: Bool
    private var kept: PickedRows

    init(_ type: DataType, takesGreater: Bool) {
        self.takesGreater = takesGreater
        kept = PickedRows(type)
    }

    mutating func resize(groups: Int) { kept.resize(groups: groups) }

    mutating func update(_ argument: Column?, groups: [Int32], at place: RowPlace) {
        guard let argument = argument?.flattened, argument.type != .null, !groups.isEmpty else { return }
        let column = argument.flattened
        var best = [Int32](repeating: -1, count: kept.groupCount)
        for (row, group) in groups.enumerated() where !column.isNull(row) {
            let other = best[Int(group)]
            if other < 0 || wins(column, row, column, Int(other)) { best[Int(group)] = Int32(truncatingIfNeeded: row) }
        }
        // The winners of the batch against those so far: one comparison a group.
        var winners: (groups: [Int32], rows: [Int32]) = ([], [])
        for (group, row) in best.enumerated() where row >= 0 {
            if let (held, place) = kept.place(of: group), !wins(column, Int(row), held, place) { continue }
            winners.groups.append(Int32(truncatingIfNeeded: group))
            winners.rows.append(row)
        }
        kept.replace(winners.groups, with: winners.rows, of: column)
    }

    private func wins(_ column: Column, _ row: Int, _ other: Column, _ otherRow: Int) -> Bool {
        let order = RowOrder.compare(column, row, other, otherRow)
        return takesGreater ? order > 0 : order < 0
    }

    mutating func merge(_ other: any AggregateState, from sources: [Int32], into targets: [Int32], isLater: Bool) {
        guard let other = other as? ExtremeRowState else { preconditionFailure("states of different aggregates") }
        update(other.kept.values(of: sources), groups: targets, at: .start)
    }

    func partial(of groups: [Int32]) -> [Column] { [kept.values(of: groups)] }
    mutating func absorb(_ partial: [Column], groups: [Int32]) { update(partial[0], groups: groups, at: .start) }
    func finish() -> Evaluated { Evaluated(column: kept.values(of: (0..<Int32(kept.groupCount)).map { $0 })) }
    var byteCount: Int { kept.byteCount }
}
