import SluiceCore
import SluiceExpressions

/// Groups in memory: their keys, their running values, and where the first row of each stood.
final class GroupStore {
    let layout: GroupLayout
    private let table: GroupTable
    private var states: [any AggregateState]
    private var firstPositions: [UInt64] = []
    private var firstRows: [Int64] = []
    private var latestPosition: UInt64 = 0
    private var places = RowPlaces()
    private var fresh: [Int32] = []

    init(_ layout: GroupLayout) {
        self.layout = layout
        table = GroupTable(types: layout.keyTypes)
        states = layout.makeStates()
    }

    var count: Int { table.count }

    var byteCount: Int { table.byteCount + firstPositions.capacity * 16 + states.reduce(0) { $0 + $1.byteCount } }

    /// Takes in rows: an argument is nil for `count(*)`.
    ///
    /// - Parameter fed: the aggregates that take these rows; nil for all.
    func take(_ keys: [Column], _ arguments: [Column?], rowCount: Int, at position: UInt64, feeding fed: Int? = nil) {
        let place = RowPlace(position: position, row: places.base(of: BatchPosition(position), rowCount: rowCount))
        let numbers = number(keys, rowCount, at: place)
        for index in states.indices {
            states[index].resize(groups: table.count)
            if fed == nil || fed == index { states[index].update(arguments[index], groups: numbers, at: place) }
        }
    }

    /// As `take`, without the aggregates: for keys whose difference is all that counts.
    func take(_ keys: [Column], rowCount: Int, at position: UInt64) {
        _ = number(keys, rowCount, at: RowPlace(position: position, row: places.base(of: BatchPosition(position), rowCount: rowCount)))
    }

    private func number(_ keys: [Column], _ rowCount: Int, at place: RowPlace) -> [Int32] {
        let numbers = table.number(keys, rowCount: rowCount, fresh: &fresh)
        for row in fresh {
            firstPositions.append(place.position)
            firstRows.append(place.row + Int64(row))
        }
        if place.position < latestPosition {
            for (row, number) in numbers.enumerated() { note(place.position, place.row + Int64(row), for: Int(number)) }
        }
        latestPosition = max(latestPosition, place.position)
        return numbers
    }

    private func note(_ position: UInt64, _ row: Int64, for group: Int) {
        if (position, row) < (firstPositions[group], firstRows[group]) { (firstPositions[group], firstRows[group]) = (position, row) }
    }

    // MARK: Between stores

    /// The key columns of all groups, by number.
    var keys: [Column] { table.keyColumns() }

    /// The first of the layout's states.
    var firstState: (any AggregateState)? { states.first }

    /// The group of each key, -1 for unknown ones.
    func find(_ keys: [Column], rowCount: Int) -> [Int32] {
        keys.isEmpty ? [Int32](repeating: count > 0 ? 0 : -1, count: rowCount) : table.find(keys, rowCount: rowCount)
    }

    /// Some groups with their running values, as `layout.partialSchema` says.
    func partial(of groups: [Int32]) -> Batch {
        var columns = table.keyColumns().map { $0.gather(groups) }
        columns.append(.integers(groups.map { Int64(bitPattern: firstPositions[Int($0)]) }))
        columns.append(.integers(groups.map { firstRows[Int($0)] }))
        for index in states.indices {
            states[index].resize(groups: table.count)
            columns += states[index].partial(of: groups)
        }
        return Batch(layout.partialSchema, columns, rowCount: groups.count)
    }

    /// All groups with their running values, some thousand at a time.
    func forEachPartial(_ body: (Batch) throws -> Void) rethrows {
        table.joinKeys()
        for start in stride(from: 0, to: count, by: EngineLimits.outputRows) {
            try body(partial(of: (Int32(start)..<Int32(min(start + EngineLimits.outputRows, count))).map { $0 }))
        }
    }

    /// Takes in groups with their running values.
    func absorb(_ partial: Batch) {
        let keyCount = layout.keyTypes.count
        let targets = place(Array(partial.columns[..<keyCount]), partial.columns[keyCount], partial.columns[keyCount + 1], partial.rowCount)
        for (index, range) in layout.partialRanges.enumerated() {
            states[index].resize(groups: table.count)
            states[index].absorb(Array(partial.columns[range]), groups: targets)
        }
    }

    /// Takes in some groups of another store.
    func merge(_ other: GroupStore, groups: [Int32]) {
        let keys = other.table.keyColumns().map { $0.gather(groups) }
        let positions = Column.integers(groups.map { Int64(bitPattern: other.firstPositions[Int($0)]) })
        let rows = Column.integers(groups.map { other.firstRows[Int($0)] })
        let targets = place(keys, positions, rows, groups.count)
        for index in states.indices {
            states[index].resize(groups: table.count)
            var source = other.states[index]
            source.resize(groups: other.count)
            states[index].merge(source, from: groups, into: targets, isLater: false)
        }
    }

    /// The group of each key, with the place of its first row noted.
    private func place(_ keys: [Column], _ positions: Column, _ rows: Column, _ count: Int) -> [Int32] {
        guard case .int64(let positions) = positions.storage, case .int64(let rows) = rows.storage else {
            preconditionFailure("places of groups are integers")
        }
        let targets = table.number(keys, rowCount: count, fresh: &fresh)
        for row in fresh {
            firstPositions.append(UInt64(bitPattern: positions[Int(row)]))
            firstRows.append(rows[Int(row)])
        }
        for (row, target) in targets.enumerated() { note(UInt64(bitPattern: positions[row]), rows[row], for: Int(target)) }
        return targets
    }

    /// The groups of each partition, by `bits` of their keys' hash at `level`.
    func partitioned(level: Int) -> [[Int32]] {
        table.joinKeys()
        var lists = [[Int32]](repeating: [], count: OperatorLimits.partitions)
        let hashes = KeyHash.partitionHashes(table.keyColumns(), rowCount: table.count)
        let shift = UInt64(64 - OperatorLimits.partitionBits * (level + 1))
        for (group, hash) in hashes.enumerated() {
            lists[Int(hash >> shift) & (OperatorLimits.partitions - 1)].append(Int32(truncatingIfNeeded: group))
        }
        return lists
    }

    // MARK: The end

    /// The keys and results of all groups, and the groups of which an aggregate failed. Without keys there is one group even if there was no
    /// row.
    ///
    /// - Parameter inOrder: as the first rows of the groups stood in the input.
    func finish(inOrder: Bool) -> (columns: [Column], rowCount: Int, errors: RowErrors) {
        let count = layout.keyTypes.isEmpty ? 1 : table.count
        var errors = RowErrors()
        var columns = table.keyColumns()
        for index in states.indices {
            states[index].resize(groups: count)
            let result = states[index].finish()
            errors.merge(result.errors)
            columns.append(result.column)
        }
        guard inOrder, let order = appearance() else { return (columns, count, errors) }
        var rank = [Int32](repeating: 0, count: order.count)
        for (place, group) in order.enumerated() { rank[Int(group)] = Int32(truncatingIfNeeded: place) }
        return (columns.map { $0.gather(order) }, count, errors.scattered(to: rank))
    }

    /// The groups in the order of their first rows, or of the rows that were kept; nil where they are so already.
    private func appearance() -> [Int32]? {
        let own = states.count == 1 ? (states[0] as? KeptRowState)?.places : nil
        let (positions, rows) = (own?.map(\.position) ?? firstPositions, own?.map(\.row) ?? firstRows)
        let isAscending = (1..<max(1, positions.count)).allSatisfy { (positions[$0 - 1], rows[$0 - 1]) <= (positions[$0], rows[$0]) }
        if isAscending { return nil }
        return (0..<Int32(positions.count)).sorted { a, b in
            (positions[Int(a)], rows[Int(a)]) < (positions[Int(b)], rows[Int(b)])
        }
    }
}
