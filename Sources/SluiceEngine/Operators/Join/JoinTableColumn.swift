import SluiceCore

/// A column of the table that is put beside rows of the input. Few texts go as a dictionary, so that a row costs a code.
struct JoinTableColumn: Sendable {
    /// Texts up to which a dictionary is made of a column.
    private static let dictionaryTexts = 1 << 13
    /// Rows that are looked at before a dictionary is given up.
    private static let chunkRows = 1 << 15

    private let column: Column
    /// The column's texts if the rows' own numbers serve as codes.
    private let texts: ByteRows?

    /// - Parameter isPlain: that no dictionaries are made.
    init(_ column: Column, isPlain: Bool = false) {
        guard !isPlain, case .bytes(let rows) = column.storage, rows.count > 0 else {
            (self.column, texts) = (column, nil)
            return
        }
        if rows.count <= Self.dictionaryTexts {
            (self.column, texts) = (column, rows)
        } else {
            (self.column, texts) = (Self.encoded(column) ?? column, nil)
        }
    }

    func gather(_ joined: JoinedRows) -> Column {
        if column.count == 0 { return .nulls(column.type, count: joined.count) }
        // A dictionary that is much larger than the rows is dear to whoever looks at each of its texts.
        if let texts, joined.count >= texts.count / 4 {
            let validity = Self.both(column.validity?.gather(joined.rows), joined.present)
            return Column(column.type, .dictionary(codes: joined.rows, values: texts), validity: validity)
        }
        let taken = column.gather(joined.rows)
        guard let present = joined.present, column.type != .null else { return taken }
        return Column(column.type, taken.storage, validity: Self.both(taken.validity, present))
    }

    private static func both(_ a: Bitmap?, _ b: Bitmap?) -> Bitmap? {
        guard let a, let b else { return a ?? b }
        return a & b
    }

    /// The column with a code a row; nil where it has many different texts.
    private static func encoded(_ column: Column) -> Column? {
        let table = GroupTable(types: [column.type])
        var codes: [Int32] = []
        var fresh: [Int32] = []
        codes.reserveCapacity(column.count)
        for start in stride(from: 0, to: column.count, by: chunkRows) {
            let piece = column.slice(start..<min(start + chunkRows, column.count))
            codes += table.number([piece.withoutValidity], rowCount: piece.count, fresh: &fresh)
            if table.count > min(dictionaryTexts, codes.count / 4) { return nil }
        }
        return Column(column.type, .dictionary(codes: codes, values: table.keyColumns()[0].plainBytes), validity: column.validity)
    }
}
