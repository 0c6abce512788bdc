import SluiceCore

/// Keys of some rows, by which other rows with the same ones are found.
final class KeySet {
    private let table = ByteKeyTable()

    /// - Parameter keys: Of `HashKeyEncoder`.
    func insert(_ keys: ByteRows) {
        for row in 0..<keys.count {
            keys.withRow(row) { key in
                let hash = KeyHash.hash(key, seed: KeyHash.seed)
                if table.number(of: key, hash) == nil { table.add(key, hash) }
            }
        }
    }

    /// Rows whose keys are there.
    func rows(of keys: ByteRows) -> [Int32] {
        (0..<Int32(keys.count)).filter { row in
            keys.withRow(Int(row)) { table.number(of: $0, KeyHash.hash($0, seed: KeyHash.seed)) != nil }
        }
    }

    func insert(_ keys: [Column], rowCount: Int) { insert(HashKeyEncoder.encode(keys, rowCount: rowCount)) }

    /// The rows of a batch whose keys are there; nil where there are none.
    ///
    /// - Parameter columns: Those of the key.
    func matching(_ batch: Batch, keys columns: [Int]) -> Batch? {
        let found = rows(of: HashKeyEncoder.encode(columns.map { batch.columns[$0] }, rowCount: batch.rowCount))
        return found.isEmpty ? nil : found.count == batch.rowCount ? batch : batch.gather(found)
    }
}
