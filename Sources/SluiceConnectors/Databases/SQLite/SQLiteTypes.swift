import SluiceCore

/// What the declared types of SQLite's columns say, and how ours are declared. SQLite itself holds any value in any column.
enum SQLiteTypes {
    /// What a column does with values that are written to it (https://www.sqlite.org/datatype3.html, section 3.1).
    enum Affinity {
        case integer, text, blob, real, numeric
    }

    /// Digits that a number keeps that a column without TEXT affinity holds as a double.
    static let exactDigits = 15

    static func affinity(_ declared: String) -> Affinity {
        let name = declared.uppercased()
        if name.contains("INT") { return .integer }
        if ["CHAR", "CLOB", "TEXT"].contains(where: name.contains) { return .text }
        if name.isEmpty || name.contains("BLOB") { return .blob }
        if ["REAL", "FLOA", "DOUB"].contains(where: name.contains) { return .real }
        return .numeric
    }

    /// The type that values of a column are to have; nil where its declaration does not say.
    static func type(_ declared: String) -> DataType? {
        let name = declared.uppercased().filter { $0 != " " }
        if name.hasPrefix("BOOL") { return .boolean }
        if name == "DATE" { return .date }
        if name.hasPrefix("TIMESTAMP") || name.hasPrefix("DATETIME") {
            return .timestamp(zoned: name.hasPrefix("TIMESTAMPTZ") || name.hasSuffix("WITHTIMEZONE"))
        }
        for prefix in ["TEXT_DECIMAL(", "DECIMAL(", "NUMERIC("] where name.hasPrefix(prefix) {
            return try? DataType(parsing: "decimal(" + name.dropFirst(prefix.count).lowercased())
        }
        switch affinity(declared) {
        case .integer: return .int64
        case .text: return .string
        case .real: return .float64
        case .blob: return name.isEmpty ? nil : .binary
        case .numeric: return nil
        }
    }

    /// How a column for values of the type is declared, so that reading it gives them back.
    static func declaration(_ type: DataType) -> String {
        switch type {
        case .boolean: "BOOLEAN"
        case .int8, .int16, .int32, .int64: "INTEGER"
        case .float32, .float64: "REAL"
        case .decimal(let precision, let scale): "\(precision <= exactDigits ? "" : "TEXT_")DECIMAL(\(precision),\(scale))"
        case .string, .null, .list, .structure, .map, .choice: "TEXT"
        case .binary: "BLOB"
        case .date: "DATE"
        case .timestamp(let zoned): zoned ? "TIMESTAMPTZ" : "TIMESTAMP"
        }
    }

    /// Why a column would change values of the type, or mix them with others; nil where it would not.
    static func misfit(_ type: DataType, _ column: ExistingColumn) -> String? {
        let affinity = affinity(column.declaration)
        // Without a type, the column keeps everything as it is.
        if affinity == .blob, column.declaration.isEmpty || type == .binary { return nil }
        let declared = Self.type(column.declaration)
        if declared == type || type == .null { return nil }
        switch type {
        case .int8, .int16, .int32, .int64:
            return declared == .int64 || declared == nil ? nil : "whole numbers would stand for something else"
        case .float32, .float64: return declared == .float64 || declared == nil ? nil : "it is no column of floating-point numbers"
        case .boolean: return declared == .int64 || declared == nil ? nil : "0 and 1 would stand for something else"
        case .decimal(let precision, let scale):
            if affinity == .text { return nil }
            if case .decimal(let p, let s) = declared { return p - s >= precision - scale && s >= scale ? nil : "it has too few digits" }
            return declared == nil && precision <= exactDigits ? nil : "digits could be lost"
        case .string: return affinity == .text ? nil : "texts that look like numbers would become numbers"
        case .date, .timestamp, .list, .structure, .map, .choice: return affinity == .text ? nil : "it is no column of texts"
        case .binary: return "it is no column of bytes"
        case .null: return nil
        }
    }
}
