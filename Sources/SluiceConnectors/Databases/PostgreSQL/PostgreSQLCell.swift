#if PostgreSQL
import SluiceCore

/// What the text of a value is as a value of a column's type. Texts are as the session's settings make them: ISO, UTC, hexadecimal.
enum PostgreSQLCell {
    /// Appends the value, or null where it does not fit.
    ///
    /// - Parameter text: Nil for null.
    /// - Returns: Why the row cannot be taken.
    static func append(_ text: UnsafeBufferPointer<UInt8>?, to column: inout CellColumn) -> RowError? {
        guard let text else {
            column.appendNull()
            return nil
        }
        if take(text, &column) { return nil }
        column.appendNull()
        let shown = String(decoding: text.prefix(DatabaseLimits.shownRowCharacters), as: UTF8.self)
        return RowError(
            .valueDoesNotFit, "the value \(shown.quotedForMessage) does not fit the type \(column.type)", column: column.name,
            stored: shown,
            remedy: "declare the column as a text: columns: {\(column.name): string}, and cast it")
    }

    private static func take(_ text: UnsafeBufferPointer<UInt8>, _ column: inout CellColumn) -> Bool {
        switch column.type {
        case .string:
            column.append(text)
            return true
        case .list, .choice, .structure, .map, .null: return value(text, column.type).map { column.append($0) } ?? false
        default: break
        }
        guard let value = value(text, column.type) else { return false }
        switch value {
        case .boolean(let flag): column.append(flag)
        case .integer(let number), .timestamp(let number, _): return column.append(number)
        case .date(let days): return column.append(Int64(days))
        case .float(let number): return column.append(number)
        case .decimal(let unscaled, _): column.append(unscaled: unscaled)
        case .binary(let bytes): bytes.withUnsafeBufferPointer { column.append($0) }
        case .null, .string, .list, .structure, .map: return false
        }
        return true
    }

    /// Nil where the text is no value of the type.
    static func value(_ text: UnsafeBufferPointer<UInt8>, _ type: DataType) -> Value? {
        switch type {
        case .boolean:
            text.count == 1 && text[0] == UInt8(ascii: "t") ? .boolean(true) : text.elementsEqual("f".utf8) ? .boolean(false) : nil
        case .int8, .int16, .int32, .int64: NumberText.integer(text).map { .integer($0) }
        // A real has the shortest text that gives it back as a real; read as a double it would be another number.
        case .float32: Float(String(decoding: text, as: UTF8.self)).map { .float(Double($0)) }
        case .float64: NumberText.float(text).map { .float($0) }
        case .decimal(let precision, let scale):
            NumberText.decimal(text, precision: precision, scale: scale).map { .decimal($0, scale: scale) }
        case .date: TimeText.date(text).map { .date($0) }
        case .timestamp(let zoned):
            TimeText.timestamp(text).flatMap { $0.offsetSeconds == nil || zoned ? .timestamp($0.utcMicros, zoned: zoned) : nil }
        case .string: String(validating: text, as: UTF8.self).map { .string($0) }
        case .binary: bytes(text).map { .binary($0) }
        case .list(let element): PostgreSQLArray(text).elements(element).map { .list($0) }
        case .null, .structure, .map, .choice: nil
        }
    }

    /// `\x0aff`.
    private static func bytes(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard text.count >= 2, text.count % 2 == 0, text[0] == UInt8(ascii: "\\"), text[1] == UInt8(ascii: "x") else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2 - 1)
        for place in stride(from: 2, to: text.count, by: 2) {
            guard let high = digit(text[place]), let low = digit(text[place + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}

/// The text of an array: `{1,NULL,"a \"b\""}`.
struct PostgreSQLArray {
    private let text: UnsafeBufferPointer<UInt8>

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    /// Nil for an array of more than one dimension, or whose first element is not number 1: a list does not tell these from others.
    func elements(_ type: DataType) -> [Value]? {
        guard text.count >= 2, text[0] == UInt8(ascii: "{"), text[text.count - 1] == UInt8(ascii: "}") else { return nil }
        let end = text.count - 1
        var values: [Value] = []
        var place = 1
        if place == end { return [] }
        while true {
            guard let value = element(&place, end, type) else { return nil }
            values.append(value)
            if place == end { return values }
            guard text[place] == UInt8(ascii: ",") else { return nil }
            place += 1
        }
    }

    private func element(_ place: inout Int, _ end: Int, _ type: DataType) -> Value? {
        guard place < end, text[place] != UInt8(ascii: "{") else { return nil }
        var bytes: [UInt8] = []
        let isQuoted = text[place] == UInt8(ascii: "\"")
        if isQuoted { place += 1 }
        var isClosed = false
        while place < end {
            let byte = text[place]
            if isQuoted ? byte == UInt8(ascii: "\"") : byte == UInt8(ascii: ",") {
                isClosed = isQuoted
                if isQuoted { place += 1 }
                break
            }
            if byte == UInt8(ascii: "\\") {
                place += 1
                guard place < end else { return nil }
            }
            bytes.append(text[place])
            place += 1
        }
        guard isClosed == isQuoted else { return nil }
        if !isQuoted, bytes.elementsEqual("NULL".utf8) { return .null }
        return bytes.withUnsafeBufferPointer { PostgreSQLCell.value($0, type) }
    }
}
#endif
