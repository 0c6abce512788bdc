/// One value outside a column: a literal, a cell for printing, a closure's field. Columns, not values, carry data through the engine.
public indirect enum Value: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case float(Double)
    /// `unscaled / 10^scale`.
    case decimal(Int128, scale: Int)
    case string(String)
    case binary([UInt8])
    /// Days since 1970-01-01.
    case date(Int32)
    /// Microseconds since 1970-01-01T00:00:00, in UTC when `zoned`.
    case timestamp(Int64, zoned: Bool)
    case list([Value])
    /// Members in order.
    case structure([Member])
    /// Entries in order.
    case map([Entry])

    /// A named value of a struct.
    public struct Member: Hashable, Sendable {
        public var name: String
        public var value: Value
        public init(_ name: String, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// A key of a map and what it leads to.
    public struct Entry: Hashable, Sendable {
        public var key: Value
        public var value: Value
        public init(_ key: Value, _ value: Value) {
            self.key = key
            self.value = value
        }
    }

    public var isNull: Bool { self == .null }
}

extension Value: CustomStringConvertible {
    /// The value as text output formats write it: no quotes around a string, ISO 8601 for times, JSON for nested values; null is empty.
    public var description: String {
        var bytes: [UInt8] = []
        appendText(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends what `description` returns.
    public func appendText(to bytes: inout [UInt8]) {
        switch self {
        case .null: break
        case .boolean(let value): bytes.append(contentsOf: value ? "true".utf8 : "false".utf8)
        case .integer(let value): NumberText.append(value, to: &bytes)
        case .float(let value): NumberText.append(value, to: &bytes)
        case .decimal(let unscaled, let scale): NumberText.append(unscaled, scale: scale, to: &bytes)
        case .string(let value): bytes.append(contentsOf: value.utf8)
        case .binary(let value): Base64.append(value, to: &bytes)
        case .date(let days): TimeText.append(days: days, to: &bytes)
        case .timestamp(let micros, let zoned): TimeText.append(micros: micros, zoned: zoned, to: &bytes)
        case .list, .structure, .map: appendJSON(to: &bytes)
        }
    }

    /// The value as JSON: numbers plain (decimals too), times and binaries (base64) as strings, floats that JSON lacks as null, a map as an
    /// object where its keys are texts, else as a list of objects with `key` and `value`.
    public func appendJSON(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .float(let value) where !value.isFinite: bytes.append(contentsOf: "null".utf8)
        case .boolean, .integer, .float, .decimal: appendText(to: &bytes)
        case .string(let value): JSONText.appendString(value.utf8, to: &bytes)
        case .binary, .date, .timestamp:
            bytes.append(UInt8(ascii: "\""))
            appendText(to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        case .list(let values): Self.appendItems(values, in: ("[", "]"), to: &bytes) { $0.appendJSON(to: &$1) }
        case .structure(let members):
            Self.appendItems(members, in: ("{", "}"), to: &bytes) { member, bytes in
                JSONText.appendString(member.name.utf8, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.appendJSON(to: &bytes)
            }
        case .map(let entries): Self.appendMap(entries, to: &bytes)
        }
    }

    private static func appendMap(_ entries: [Entry], to bytes: inout [UInt8]) {
        let isObject = entries.allSatisfy { if case .string = $0.key { true } else { false } }
        appendItems(entries, in: isObject ? ("{", "}") : ("[", "]"), to: &bytes) { entry, bytes in
            if !isObject { bytes.append(contentsOf: #"{"key":"#.utf8) }
            entry.key.appendJSON(to: &bytes)
            bytes.append(contentsOf: isObject ? ":".utf8 : #","value":"#.utf8)
            entry.value.appendJSON(to: &bytes)
            if !isObject { bytes.append(UInt8(ascii: "}")) }
        }
    }

    private static func appendItems<Item>(
        _ items: [Item], in brackets: (Unicode.Scalar, Unicode.Scalar), to bytes: inout [UInt8], append: (Item, inout [UInt8]) -> Void
    ) {
        bytes.append(UInt8(ascii: brackets.0))
        for (index, item) in items.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(item, &bytes)
        }
        bytes.append(UInt8(ascii: brackets.1))
    }

    /// `appendJSON` as a string.
    public var json: String {
        var bytes: [UInt8] = []
        appendJSON(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
