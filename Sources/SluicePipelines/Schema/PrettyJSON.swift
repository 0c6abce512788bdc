package import SluiceCore

/// JSON for people: two blanks a level, members in the order given, lists of scalars on one line where they fit.
package enum PrettyJSON {
    private static let width = 100

    package static func text(_ value: Value) -> String {
        var text = ""
        write(value, margin: "", to: &text)
        return text + "\n"
    }

    private static func write(_ value: Value, margin: String, to text: inout String) {
        let inner = margin + "  "
        switch value {
        case .structure(let members) where !members.isEmpty:
            text += "{\n"
            for (index, member) in members.enumerated() {
                text += inner + Value.string(member.name).json + ": "
                write(member.value, margin: inner, to: &text)
                text += index + 1 < members.count ? ",\n" : "\n"
            }
            text += margin + "}"
        case .list(let items) where !items.isEmpty && !isShort(items, margin):
            text += "[\n"
            for (index, item) in items.enumerated() {
                text += inner
                write(item, margin: inner, to: &text)
                text += index + 1 < items.count ? ",\n" : "\n"
            }
            text += margin + "]"
        case .list(let items): text += "[" + items.map(\.json).joined(separator: ", ") + "]"
        default: text += value.json
        }
    }

    private static func isShort(_ items: [Value], _ margin: String) -> Bool {
        let scalars = items.allSatisfy { item in
            switch item {
            case .structure(let members): members.isEmpty
            case .list: false
            default: true
            }
        }
        return scalars && margin.count + items.reduce(0) { $0 + $1.json.count + 2 } < width
    }
}

extension Value {
    /// A struct from members in order.
    static func object(_ members: KeyValuePairs<String, Value>) -> Value { .structure(members.map { Member($0, $1) }) }
}
