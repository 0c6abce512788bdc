import SluiceCore
import SluiceSQLite

/// What a cell of a statement's row is as a value of a column's type.
enum SQLiteCell {
    /// Appends the value, or null where it does not fit.
    ///
    /// - Returns: Why the row cannot be taken.
    static func append(_ statement: SQLiteStatement, _ place: Int, to column: inout CellColumn) -> RowError? {
        let kind = statement.kind(place)
        if kind == .null {
            column.appendNull()
            return nil
        }
        if take(statement, place, kind, to: &column) { return nil }
        column.appendNull()
        return misfit(statement, place, kind, column)
    }

    private static func take(_ statement: SQLiteStatement, _ place: Int, _ kind: SQLiteKind, to column: inout CellColumn) -> Bool {
        switch column.type {
        case .int8, .int16, .int32, .int64: return kind == .integer && column.append(statement.integer(place))
        case .float32, .float64:
            guard let number = float(statement, place, kind) else { return false }
            return column.append(number)
        case .boolean:
            guard let flag = boolean(statement, place, kind) else { return false }
            column.append(flag)
            return true
        case .string:
            let bytes = statement.bytes(place)
            guard kind == .text, String(validating: bytes, as: UTF8.self) != nil else { return false }
            column.append(bytes)
            return true
        case .binary:
            guard kind == .blob else { return false }
            column.append(statement.bytes(place))
            return true
        case .date:
            guard kind == .text, let days = TimeText.date(statement.bytes(place)) else { return false }
            return column.append(Int64(days))
        case .timestamp(let zoned):
            guard kind == .text, let time = TimeText.timestamp(statement.bytes(place)), zoned || time.offsetSeconds == nil else {
                return false
            }
            return column.append(time.utcMicros)
        case .decimal(let precision, let scale):
            guard let unscaled = decimal(statement, place, kind, precision, scale) else { return false }
            column.append(unscaled: unscaled)
            return true
        case .choice: return value(statement, place, kind).map { column.append($0) } ?? false
        case .null, .list, .structure, .map: return false
        }
    }

    /// Whole numbers that a double holds exactly are floating-point numbers, too: SQLite stores `1.0` as `1` in some columns.
    private static func float(_ statement: SQLiteStatement, _ place: Int, _ kind: SQLiteKind) -> Double? {
        switch kind {
        case .real: return statement.real(place)
        case .integer: return Double(exactly: statement.integer(place))
        // What stands for what SQLite cannot hold as a number.
        case .text: return statement.bytes(place).elementsEqual(SQLiteRowEncoder.notANumber) ? .nan : nil
        case .null, .blob: return nil
        }
    }

    private static func boolean(_ statement: SQLiteStatement, _ place: Int, _ kind: SQLiteKind) -> Bool? {
        switch kind {
        case .integer:
            let number = statement.integer(place)
            return number == 0 ? false : number == 1 ? true : nil
        case .text:
            switch String(decoding: statement.bytes(place), as: UTF8.self).lowercased() {
            case "true": return true
            case "false": return false
            default: return nil
            }
        case .null, .real, .blob: return nil
        }
    }

    /// A double stands for the decimal that it is written as, which is the one that was put in where that has up to 15 digits.
    private static func decimal(
        _ statement: SQLiteStatement, _ place: Int, _ kind: SQLiteKind, _ precision: Int, _ scale: Int
    ) -> Int128? {
        var text: [UInt8] = []
        switch kind {
        case .integer: NumberText.append(statement.integer(place), to: &text)
        case .real: text = plain(statement.real(place))
        case .text: return NumberText.decimal(statement.bytes(place), precision: precision, scale: scale)
        case .null, .blob: return nil
        }
        return text.withUnsafeBufferPointer { NumberText.decimal($0, precision: precision, scale: scale) }
    }

    /// The shortest text that reads back as the same double, without an exponent; as it is where the exponent is too large for a decimal.
    private static func plain(_ number: Double) -> [UInt8] {
        var text: [UInt8] = []
        NumberText.append(number, to: &text)
        guard let place = text.firstIndex(of: UInt8(ascii: "e")),
            let exponent = Int(String(decoding: text[(place + 1)...], as: UTF8.self)), abs(exponent) <= DataType.maximumDecimalPrecision
        else { return text }
        let isNegative = text[0] == UInt8(ascii: "-")
        let mantissa = text[(isNegative ? 1 : 0)..<place]
        let whole = mantissa.prefix { $0 != UInt8(ascii: ".") }
        let digits: [UInt8] = Array(whole) + Array(mantissa.dropFirst(whole.count + 1))
        // How many of the digits stand before the point.
        let point = whole.count + exponent
        let zero = UInt8(ascii: "0")
        var plain: [UInt8] = isNegative ? [UInt8(ascii: "-")] : []
        plain += point <= 0 ? [zero] : Array(digits.prefix(point))
        plain += [UInt8](repeating: zero, count: max(0, point - digits.count))
        plain.append(UInt8(ascii: "."))
        plain += [UInt8](repeating: zero, count: max(0, -point))
        plain += Array(digits.dropFirst(max(0, point)))
        plain.append(zero)
        return plain
    }

    private static func value(_ statement: SQLiteStatement, _ place: Int, _ kind: SQLiteKind) -> Value? {
        switch kind {
        case .null: return .null
        case .integer: return .integer(statement.integer(place))
        case .real: return .float(statement.real(place))
        case .text: return String(validating: statement.bytes(place), as: UTF8.self).map { .string($0) }
        case .blob: return .binary(Array(statement.bytes(place)))
        }
    }

    private static func misfit(_ statement: SQLiteStatement, _ place: Int, _ kind: SQLiteKind, _ column: CellColumn) -> RowError {
        let isBroken = kind == .text && value(statement, place, kind) == nil
        let shown = shown(statement, place, kind)
        return RowError(
            isBroken ? .invalidEncoding : .valueDoesNotFit,
            isBroken ? "a text is not UTF-8: \(shown)" : "the \(name(kind)) \(shown) does not fit the type \(column.type)",
            column: column.name, stored: shown,
            remedy:
                "declare the column as it is stored: columns: {\(column.name): \(alternative(column.type, kind))}, and resolve or cast it")
    }

    private static func alternative(_ type: DataType, _ kind: SQLiteKind) -> String {
        switch (type, kind) {
        case (.choice, _), (.int64, .text), (.int64, .real), (.float64, .text), (.string, .integer), (.string, .real):
            "\"choice<int64, float64, string>\""
        case (_, .integer): "int64"
        case (_, .real): "float64"
        case (_, .blob): "binary"
        case (_, .text), (_, .null): "string"
        }
    }

    private static func name(_ kind: SQLiteKind) -> String {
        switch kind {
        case .null: "null"
        case .integer: "whole number"
        case .real: "number"
        case .text: "text"
        case .blob: "blob"
        }
    }

    private static func shown(_ statement: SQLiteStatement, _ place: Int, _ kind: SQLiteKind) -> String {
        String(decoding: json(statement, place, kind).prefix(DatabaseLimits.shownRowCharacters), as: UTF8.self)
    }

    /// A cell as JSON; bytes in base64.
    static func json(_ statement: SQLiteStatement, _ place: Int, _ kind: SQLiteKind) -> [UInt8] {
        var bytes: [UInt8] = []
        if kind == .text {
            JSONText.appendString(String(decoding: statement.bytes(place), as: UTF8.self).utf8, to: &bytes)
        } else {
            (value(statement, place, kind) ?? .null).appendJSON(to: &bytes)
        }
        return bytes
    }
}
