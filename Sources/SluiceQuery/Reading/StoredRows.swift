import SluiceCore

/// Rows of a scan that are kept in memory: for repeated scans, and with an index for look-ups by equality.
final class StoredRows {
    let batches: [CellBatch]
    /// First row of each batch, counted over all.
    private let rowCount: Int
    private var indexes: [[Int]: RowIndex] = [:]

    init(_ batches: [CellBatch]) {
        self.batches = batches
        rowCount = batches.reduce(0) { $0 + $1.rowCount }
    }

    /// An index over key columns, made when it is first asked for.
    func index(_ columns: [Int]) -> RowIndex {
        if let index = indexes[columns] { return index }
        let index = RowIndex(self, columns, rowCount: rowCount)
        indexes[columns] = index
        return index
    }
}

/// Rows by a key of some columns: a table of the last row of each slot, and for each row the one before it.
///
/// - Complexity: 20 bytes a row, and at most 16 for slots.
struct RowIndex {
    /// A row: its batch and its place there.
    struct Place {
        var batch: Int32
        var row: Int32
    }

    private var heads: [Int32]
    private var keys: [UInt64] = []
    private var places: [Place] = []
    private var before: [Int32] = []
    private let mask: UInt64

    fileprivate init(_ rows: StoredRows, _ columns: [Int], rowCount: Int) {
        var slots = 16
        while slots < rowCount * 2 { slots *= 2 }
        heads = [Int32](repeating: -1, count: slots)
        mask = UInt64(slots - 1)
        keys.reserveCapacity(rowCount)
        places.reserveCapacity(rowCount)
        before.reserveCapacity(rowCount)
        for (number, batch) in rows.batches.enumerated() {
            let cells = columns.compactMap { batch.cells[$0] }
            for row in 0..<batch.rowCount {
                guard let key = Self.key(cells, row) else { continue }
                let slot = Int(key & mask)
                keys.append(key)
                places.append(Place(batch: Int32(number), row: Int32(row)))
                before.append(heads[slot])
                heads[slot] = Int32(keys.count - 1)
            }
        }
    }

    /// Rows with a null in a key equal nothing.
    private static func key(_ cells: [Cells], _ row: Int) -> UInt64? {
        var joined: UInt64 = 0
        for cell in cells {
            guard let key = cell.key(row) else { return nil }
            joined = EqualityKey.joined(joined, key)
        }
        return joined
    }

    /// The last entry with a key; -1 where there is none.
    func first(_ key: UInt64) -> Int32 { matching(heads[Int(key & mask)], key) }
    /// The entry with the same key before one.
    func next(_ entry: Int32) -> Int32 { matching(before[Int(entry)], keys[Int(entry)]) }
    func place(_ entry: Int32) -> Place { places[Int(entry)] }

    private func matching(_ start: Int32, _ key: UInt64) -> Int32 {
        var entry = start
        while entry >= 0, keys[Int(entry)] != key { entry = before[Int(entry)] }
        return entry
    }
}
