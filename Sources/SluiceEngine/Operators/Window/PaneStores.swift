import SluiceCore

/// Groups of open windows, by the pane of time that their rows are in.
struct PaneStores {
    private var stores: [Int64: GroupStore] = [:]

    subscript(pane: Int64) -> GroupStore? {
        get { stores[pane] }
        set { stores[pane] = newValue }
    }

    var numbers: [Int64] { stores.keys.sorted() }
    var oldest: Int64? { stores.keys.min() }
    var byteCount: Int { stores.values.reduce(0) { $0 + $1.byteCount } }

    /// All running values, with the pane in front.
    func forEachPartial(_ schema: Schema, _ body: (Batch) throws -> Void) rethrows {
        for (pane, store) in stores.sorted(by: { $0.key < $1.key }) {
            try store.forEachPartial { partial in
                let number = Column.integers([Int64](repeating: pane, count: partial.rowCount))
                try body(Batch(schema, [number] + partial.columns, rowCount: partial.rowCount))
            }
        }
    }

    /// Takes in running values of groups whose first key is the pane.
    ///
    /// - Parameters:
    ///   - layout: Of the groups without the pane.
    ///   - first: Older panes are left out.
    mutating func absorb(_ partial: Batch, _ layout: GroupLayout, notBefore first: Int64) {
        guard partial.rowCount > 0, case .int64(let numbers) = partial.columns[0].flattened.storage else { return }
        var rows: [Int64: [Int32]] = [:]
        for (row, pane) in numbers.enumerated() where pane >= first { rows[pane, default: []].append(Int32(truncatingIfNeeded: row)) }
        let rest = Array(partial.columns.dropFirst())
        for (pane, rows) in rows {
            let columns = rows.count == partial.rowCount ? rest : rest.map { $0.gather(rows) }
            let store = stores[pane] ?? GroupStore(layout)
            store.absorb(Batch(layout.partialSchema, columns, rowCount: rows.count))
            stores[pane] = store
        }
    }
}
