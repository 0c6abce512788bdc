import SluiceJSON

extension WireValue {
    /// A map of texts, by key.
    package static func map(_ entries: [String: String]) -> WireValue {
        .object(entries.sorted { $0.key < $1.key }.map { Member($0.key, .text($0.value)) })
    }

    /// Nil for an empty text.
    package static func some(_ text: String?) -> WireValue? { text.flatMap { $0.isEmpty ? nil : .text($0) } }

    package var string: String? { if case .text(let text) = self { text } else { nil } }
    package var whole: Int64? { if case .integer(let number) = self { number } else { nil } }
    package var elements: [WireValue] { if case .list(let elements) = self { elements } else { [] } }
    package var texts: [String] { elements.compactMap(\.string) }
    package var textMap: [String: String] {
        guard case .object(let members) = self else { return [:] }
        return Dictionary(members.compactMap { member in member.value.string.map { (member.name, $0) } }, uniquingKeysWith: { $1 })
    }

    /// As JSON without blanks.
    package var json: String {
        var bytes: [UInt8] = []
        appendJSON(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Nil for what is no JSON.
    package init?(json: String) {
        guard let node = try? JSONParser.parse(Array(json.utf8)) else { return nil }
        self.init(node)
    }
}
