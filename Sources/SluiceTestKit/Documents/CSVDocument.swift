/// A CSV text for assertions, read by RFC 4180 alone: what the program writes is checked with other code than the program's.
package struct CSVDocument: Equatable, Sendable {
    package var columns: [String]
    package var rows: [[String]]

    package init(columns: [String], rows: [[String]]) {
        self.columns = columns
        self.rows = rows
    }

    /// - Throws: `CommandError` for a row whose width is not the header's.
    package init(parsing text: String) throws {
        var records = Self.records(Array(text.utf8))
        guard !records.isEmpty else { throw CommandError("an empty CSV text, without a header") }
        columns = records.removeFirst()
        for (index, record) in records.enumerated() where record.count != columns.count {
            throw CommandError("row \(index + 1) has \(record.count) fields, the header \(columns.count): \(record)")
        }
        rows = records
    }

    /// The rows of all CSV files below a directory, in the order of their paths; every file must have the same header. What lies under a hidden
    /// name is staged, and no reader's: a run that goes on may just have begun it.
    package static func directory(_ path: String) throws -> CSVDocument {
        var result: CSVDocument?
        for name in TemporaryDirectory.files(below: path) where name.hasSuffix(".csv") && !"/\(name)".contains("/.") {
            let part = try CSVDocument(parsing: TemporaryDirectory.contents(of: path + "/" + name))
            if let first = result, first.columns != part.columns {
                throw CommandError("\(name) has the columns \(part.columns), not \(first.columns)")
            }
            result = CSVDocument(columns: part.columns, rows: (result?.rows ?? []) + part.rows)
        }
        guard let result else { throw CommandError("there is no CSV file below \(path)") }
        return result
    }

    /// All values of a column; empty where there is no such column.
    package subscript(column: String) -> [String] {
        guard let position = columns.firstIndex(of: column) else { return [] }
        return rows.map { $0[position] }
    }

    /// How many rows have each value of a column.
    package func counts(by column: String) -> [String: Int] { self[column].reduce(into: [:]) { $0[$1, default: 0] += 1 } }

    /// The same rows in the order of their texts.
    package var sorted: CSVDocument { CSVDocument(columns: columns, rows: rows.sorted { $0.lexicographicallyPrecedes($1) }) }

    private static func records(_ bytes: [UInt8]) -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var position = 0
        func endField() {
            record.append(String(decoding: field, as: UTF8.self))
            field = []
        }
        while position < bytes.count {
            let byte = bytes[position]
            let next = position + 1 < bytes.count ? bytes[position + 1] : nil
            position += 1
            switch byte {
            case UInt8(ascii: "\"") where isQuoted && next == byte:
                field.append(byte)
                position += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted: endField()
            case UInt8(ascii: "\r") where !isQuoted && next == UInt8(ascii: "\n"): continue
            case UInt8(ascii: "\n") where !isQuoted:
                endField()
                records.append(record)
                record = []
            default: field.append(byte)
            }
        }
        if !field.isEmpty || !record.isEmpty {
            endField()
            records.append(record)
        }
        return records
    }
}
