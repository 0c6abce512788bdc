package import SluiceCore

/// One row of a column for each group that has one: rows are kept in pieces, and those that were replaced are thrown away once they are most.
package struct PickedRows: Sendable {
    private struct Place: Sendable, BitwiseCopyable {
        var piece: Int32
        var row: Int32
    }

    private static let none = Place(piece: -1, row: -1)

    package let type: DataType
    private var places: [Place] = []
    private var pieces: [Column] = []
    private var rowsHeld = 0

    package init(_ type: DataType) { self.type = type }

    package var groupCount: Int { places.count }
    package var byteCount: Int { places.capacity * 8 + pieces.reduce(0) { $0 + $1.byteCount } }

    package mutating func resize(groups: Int) { places.grow(to: groups, Self.none) }

    /// Where the group's row is; nil if it has none.
    package func place(of group: Int) -> (column: Column, row: Int)? {
        let place = places[group]
        return place.piece < 0 ? nil : (pieces[Int(place.piece)], Int(place.row))
    }

    /// Keeps row `rows[i]` of `column` for group `groups[i]` from now on; a group stands there once.
    package mutating func replace(_ groups: [Int32], with rows: [Int32], of column: Column) {
        if rows.isEmpty { return }
        let piece = Int32(truncatingIfNeeded: pieces.count)
        // Where nearly all rows of the column are kept, it is as it is.
        let isWhole = rows.count >= column.count / 4 * 3
        pieces.append(isWhole ? column : column.gather(rows))
        for (row, group) in groups.enumerated() {
            places[Int(group)] = Place(piece: piece, row: isWhole ? rows[row] : Int32(truncatingIfNeeded: row))
        }
        rowsHeld += isWhole ? column.count : rows.count
        if rowsHeld > 2 * places.count + 4096 || pieces.count > 256 { compact() }
    }

    private mutating func compact() {
        let held = places.indices.filter { places[$0].piece >= 0 }.map { Int32($0) }
        pieces = [values(of: held)]
        for (row, group) in held.enumerated() { places[Int(group)] = Place(piece: 0, row: Int32(truncatingIfNeeded: row)) }
        rowsHeld = held.count
    }

    /// The groups' rows; null for a group without one.
    package func values(of groups: [Int32]) -> Column {
        guard !pieces.isEmpty else { return .nulls(type, count: groups.count) }
        var pieces = pieces
        // For groups without a row.
        let none = pieces.count
        if groups.contains(where: { places[Int($0)].piece < 0 }) { pieces.append(.nulls(type, count: 1)) }
        var picks = RowPicks(pieceCount: pieces.count)
        for group in groups {
            let place = places[Int(group)]
            if place.piece < 0 { picks.append(row: 0, of: none) } else { picks.append(row: place.row, of: Int(place.piece)) }
        }
        return Column.picked(pieces, picks)
    }
}

/// The rows of one batch that win their groups: of several rows of a group the last that was set.
package struct BatchWinners: Sendable {
    package private(set) var groups: [Int32] = []
    package private(set) var rows: [Int32] = []
    /// For each group its place in the lists; all -1 between batches.
    private var slots: [Int32] = []

    package init() {}

    package var byteCount: Int { slots.capacity * 4 }

    package mutating func resize(groups: Int) { slots.grow(to: groups, -1) }

    /// The row that has won the group so far.
    package func row(of group: Int32) -> Int? {
        let slot = slots[Int(group)]
        return slot < 0 ? nil : Int(rows[Int(slot)])
    }

    package mutating func set(_ group: Int32, _ row: Int) {
        let slot = slots[Int(group)]
        if slot >= 0 {
            rows[Int(slot)] = Int32(truncatingIfNeeded: row)
        } else {
            slots[Int(group)] = Int32(truncatingIfNeeded: rows.count)
            groups.append(group)
            rows.append(Int32(truncatingIfNeeded: row))
        }
    }

    package mutating func clear() {
        for group in groups { slots[Int(group)] = -1 }
        groups.removeAll(keepingCapacity: true)
        rows.removeAll(keepingCapacity: true)
    }
}
