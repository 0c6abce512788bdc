import SluiceCore

/// How Sluice's types stand in SQLite: the declared type of a virtual table's column, from which SQLite takes the column's affinity, and
/// which comes back for columns that a result passes on as they are.
///
/// | type | in SQLite |
/// |---|---|
/// | boolean | integer 0 or 1 |
/// | int8 … int64 | integer |
/// | float32, float64 | real |
/// | decimal(p,s) | integer where s is 0 and p at most 18; else real, which holds 15 digits exactly |
/// | string | text |
/// | binary | blob |
/// | date, timestamp | text in ISO 8601; timestamps compare as times |
/// | list, struct, map | JSON text |
/// | choice | each value as its own type |
enum SQLType {
    /// What stands behind a column's name in the declaration of a virtual table.
    ///
    /// SQLite looks for parts of words in it (`INT`, `TEXT`, `BLOB`, `REAL`), so nested types are not spelled out.
    static func declaration(_ type: DataType) -> String {
        switch type {
        case .boolean, .int8, .int16, .int32, .int64: "INTEGER \(type)"
        case .decimal(let precision, 0) where precision <= exactIntegerDigits: "INTEGER \(type)"
        case .float32, .float64, .decimal: "REAL \(type)"
        case .string, .date: "TEXT \(type)"
        case .timestamp: "TEXT \(type) COLLATE \(TimeCollation.name)"
        case .list, .structure, .map: "TEXT \(json)"
        case .binary: "BLOB \(type)"
        case .null: "BLOB nothing"
        case .choice: "BLOB several"
        }
    }

    /// The type that a result's column has by its declaration; nil where values show it.
    static func type(declared text: String?) -> DataType? {
        guard let text, let blank = text.firstIndex(of: " ") else { return nil }
        let name = String(text[text.index(after: blank)...])
        if name == json { return .string }
        return try? DataType(parsing: name)
    }

    private static let json = "json"

    /// Digits that every int64 has.
    static let exactIntegerDigits = 18
    /// Unscaled values that a double holds so that they come back: 15 digits.
    static let exactUnscaled: Int128 = 1_000_000_000_000_000
    /// Places for which a power of ten is exact in a double.
    static let exactPlaces = 22
    static let powersOfTen: [Double] = (0...exactPlaces).map { NumberText.float10($0) }

    /// A decimal as the double nearest to it; nil where digits would be lost.
    static func double(_ unscaled: Int128, scale: Int) -> Double? {
        guard unscaled.magnitude <= exactUnscaled.magnitude, scale <= exactPlaces else { return nil }
        return Double(unscaled) / powersOfTen[scale]
    }

    /// The decimal of a double that `double` made.
    static func unscaled(_ value: Double, scale: Int) -> Int128? {
        guard value.isFinite, scale <= exactPlaces else { return nil }
        let scaled = (value * powersOfTen[scale]).rounded()
        guard abs(scaled) <= Double(exactUnscaled), let unscaled = Int128(exactly: scaled), double(unscaled, scale: scale) == value else {
            return nil
        }
        return unscaled
    }
}

extension NumberText {
    /// 10^n as a double, exact for 0...22.
    fileprivate static func float10(_ exponent: Int) -> Double { Double(powerOfTen(exponent)) }
}
