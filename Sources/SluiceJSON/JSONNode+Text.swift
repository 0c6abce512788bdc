import SluiceCore

extension JSONNode {
    /// Appends the value as JSON without blanks.
    package func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .boolean(let value): bytes += (value ? "true" : "false").utf8
        case .number(let digits): bytes += digits
        case .text(let text): JSONText.appendString(text, to: &bytes)
        case .list(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                JSONText.appendString(member.name.utf8, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.append(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// The value as JSON without blanks.
    package var json: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    package static func string(_ text: String) -> JSONNode { .text(Array(text.utf8)[...]) }
    package static func integer(_ number: Int) -> JSONNode { .number(Array(String(number).utf8)[...]) }

    /// An object with members in this order.
    package static func members(_ members: KeyValuePairs<String, JSONNode>) -> JSONNode {
        .object(members.map { Member(name: $0.key, value: $0.value) })
    }
}
