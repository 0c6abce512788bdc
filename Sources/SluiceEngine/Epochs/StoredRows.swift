import SluiceCore

/// What an epoch brought to a step, in a file of its state.
struct StoredRows: Sendable {
    let path: String
    /// As the commit recorded it.
    let byteCount: Int
    /// Of the rows in the file.
    let written: Schema
    /// For each column of `kept` its place in the file's rows.
    let positions: [Int]
    /// As the step wants them.
    let kept: Schema

    /// - Throws: `stateCorrupt` for a file that is not what was written.
    func forEach(_ body: (Batch) throws -> Void) throws { try opened().forEach(body) }

    /// The rows, which stay readable when the file loses its name.
    ///
    /// - Throws: `stateCorrupt` for a file that is not there as it was recorded.
    func opened() throws -> OpenedRows {
        OpenedRows(rows: self, reader: try StateFileReader(path: path, byteCount: byteCount, schema: written))
    }
}

/// Rows of a file that is open.
struct OpenedRows: Sendable {
    fileprivate let rows: StoredRows
    fileprivate let reader: StateFileReader

    /// - Throws: `stateCorrupt` for a file that is not what was written.
    func forEach(_ body: (Batch) throws -> Void) throws {
        try reader.forEach { batch in
            try body(Batch(rows.kept, rows.positions.map { batch.columns[$0] }, rowCount: batch.rowCount))
        }
    }
}

extension StateFileWriter {
    /// The rows that were written so far, while the file is not finished.
    ///
    /// - Parameter schema: Of all of them.
    func written(_ schema: Schema) -> [StoredRows] {
        if byteCount == 0 { return [] }
        let positions = Array(schema.fields.indices)
        return [StoredRows(path: path, byteCount: byteCount, written: schema, positions: positions, kept: schema)]
    }
}
