import SluiceCore
import SluicePipelines

// Joins that keep rows without a match.
extension JoinPlanner {
    /// Joins in the order in which the tables are written; from the second one where the first two change places.
    mutating func inOrder(from first: Int, _ scope: NameScope) async throws -> EnginePlanner.Rows {
        for index in relations.indices where !getsNulls(index) { try await filterAlone(index) }
        // Those of WHERE that are left are about rows that have been joined.
        let filters = parts
        var rows: EnginePlanner.Rows
        if first == 1 {
            parts = try conditions(1, scope)
            let sides = takeKeys([1], 0)
            try await filterAlone(1)
            guard parts.isEmpty else { throw LeftToSQLite("a condition of an outer join") }
            rows = start(1)
            try await join(.right, 0, to: &rows, sides)
        } else {
            rows = start(0)
        }
        for index in relations.indices.dropFirst(first + 1) {
            parts = try conditions(index, scope)
            try await joinNext(index, &rows)
        }
        parts = filters
        try await filterRest(&rows)
        return rows
    }

    /// Whether rows of a table may be missing where other rows are kept.
    private func getsNulls(_ index: Int) -> Bool {
        if index > 0, [.left, .full].contains(relations[index].item.kind) { return true }
        return relations[(index + 1)...].contains { $0.item.kind.keepsTable }
    }

    /// Joins a table by the conditions of its ON, which are `parts`.
    private mutating func joinNext(_ index: Int, _ rows: inout EnginePlanner.Rows) async throws {
        let kind = relations[index].item.kind
        if kind.keepsTable, !relations[index].item.using.isEmpty { throw LeftToSQLite("USING of a join that keeps the second table") }
        let known = Set(rows.members.keys)
        let sides = takeKeys(known, index)
        guard !sides.isEmpty || (kind != .right && kind != .full && relations[index].pipeline.hasOneRow) else {
            throw LeftToSQLite("tables without equal columns")
        }
        if !kind.keepsTable { try await filterAlone(index) }
        if kind == .right {
            let own = parts.filter { !$0.tables.isEmpty && $0.tables.isSubset(of: known) }
            parts.removeAll { !$0.tables.isEmpty && $0.tables.isSubset(of: known) }
            try await apply(own, &rows)
        }
        guard parts.isEmpty || kind == .inner else { throw LeftToSQLite("a condition of an outer join") }
        try await join(kind, index, to: &rows, sides)
        if kind == .inner { try await filterRest(&rows) }
    }
}
