/// A value of a request or an answer, whatever it is encoded in.
package enum WireValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case real(Double)
    case text(String)
    /// JSON: base 64.
    case bytes([UInt8])
    /// Microseconds since 1970. JSON: seconds with a fraction; CBOR: milliseconds under tag 1.
    case time(micros: Int64)
    case list([WireValue])
    case object([Member])

    /// A name and a value of an object.
    package struct Member: Hashable, Sendable {
        package var name: String
        package var value: WireValue

        package init(_ name: String, _ value: WireValue) {
            self.name = name
            self.value = value
        }
    }

    /// The member of an object; nil where there is none, or it is null.
    package subscript(name: String) -> WireValue? {
        guard case .object(let members) = self, let value = members.last(where: { $0.name == name })?.value, value != .null else {
            return nil
        }
        return value
    }

    /// An object of what is there: members whose value is nil are left out.
    package static func structure(_ members: KeyValuePairs<String, WireValue?>) -> WireValue {
        .object(members.compactMap { name, value in value.map { Member(name, $0) } })
    }

    package static func texts(_ texts: some Sequence<String>) -> WireValue { .list(texts.map { .text($0) }) }

    /// As refusals call it.
    var kindName: String {
        switch self {
        case .null: "NULL_VALUE"
        case .boolean(true): "TRUE_VALUE"
        case .boolean(false): "FALSE_VALUE"
        case .integer: "NUMBER_VALUE"
        case .real: "DECIMAL_VALUE"
        case .text: "STRING_VALUE"
        case .bytes: "BLOB_VALUE"
        case .time: "TIMESTAMP_VALUE"
        case .list: "START_ARRAY"
        case .object: "START_OBJECT"
        }
    }
}
