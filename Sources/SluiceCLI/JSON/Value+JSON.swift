import SluiceCore

// JSON output is built from `Value`: it keeps the order of members, and decimals and 64-bit integers as they are.
extension Value {
    /// An object with members in this order.
    static func object(_ members: KeyValuePairs<String, Value>) -> Value {
        .structure(members.map { Member($0.key, $0.value) })
    }

    static func text(_ text: String?) -> Value { text.map { .string($0) } ?? .null }
    static func number(_ number: (some BinaryInteger)?) -> Value { number.map { .integer(Int64(clamping: $0)) } ?? .null }
    static func texts(_ texts: some Sequence<String>) -> Value { .list(texts.map { .string($0) }) }

    /// Microseconds since 1970 as an ISO 8601 text in UTC.
    static func time(_ micros: Int64?) -> Value { micros.map { .timestamp($0, zoned: true) } ?? .null }

    /// Indented JSON; lists of plain values and empty containers stay on one line.
    var indentedJSON: String {
        var bytes: [UInt8] = []
        appendIndentedJSON(to: &bytes, indent: 0)
        bytes.append(UInt8(ascii: "\n"))
        return String(decoding: bytes, as: UTF8.self)
    }

    private func appendIndentedJSON(to bytes: inout [UInt8], indent: Int) {
        switch self {
        case .list(let values) where values.contains(where: \.isContainer):
            Self.appendItems(values, ["[", "]"], to: &bytes, indent: indent) { value, bytes in
                value.appendIndentedJSON(to: &bytes, indent: indent + 2)
            }
        case .structure(let members) where !members.isEmpty:
            Self.appendItems(members, ["{", "}"], to: &bytes, indent: indent) { member, bytes in
                JSONText.appendString(member.name.utf8, to: &bytes)
                bytes.append(contentsOf: ": ".utf8)
                member.value.appendIndentedJSON(to: &bytes, indent: indent + 2)
            }
        default: appendJSON(to: &bytes)
        }
    }

    private var isContainer: Bool {
        switch self {
        case .list, .structure, .map: true
        default: false
        }
    }

    private static func appendItems<Item>(
        _ items: [Item], _ brackets: [String], to bytes: inout [UInt8], indent: Int, append: (Item, inout [UInt8]) -> Void
    ) {
        bytes.append(contentsOf: brackets[0].utf8)
        for (index, item) in items.enumerated() {
            bytes.append(contentsOf: (index == 0 ? "\n" : ",\n").utf8)
            bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent + 2))
            append(item, &bytes)
        }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent))
        bytes.append(contentsOf: brackets[1].utf8)
    }
}
