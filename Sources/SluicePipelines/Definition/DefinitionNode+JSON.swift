import SluiceJSON

extension DefinitionNode {
    /// The values of a text of JSON, without places; nil for a text that is none, or names a key twice.
    ///
    /// JSON is YAML, which is read tens of times slower: what commands keep in the state is JSON.
    static func json(_ text: String) -> DefinitionNode? {
        guard text.utf8.first == UInt8(ascii: "{"), text.utf8.count <= DefinitionLimits.textBytes,
            let root = try? JSONParser.parse(Array(text.utf8))
        else { return nil }
        return node(root, path: "", depth: 0)
    }

    private static func node(_ json: JSONNode, path: String, depth: Int) -> DefinitionNode? {
        guard depth < DefinitionLimits.depth else { return nil }
        switch json {
        case .null: return DefinitionNode(.null, path: path)
        case .boolean(let value): return DefinitionNode(.scalar(value ? "true" : "false", .plain), path: path)
        case .number(let digits): return DefinitionNode(.scalar(String(decoding: digits, as: UTF8.self), .plain), path: path)
        case .text(let bytes): return DefinitionNode(.scalar(String(decoding: bytes, as: UTF8.self), .doubleQuoted), path: path)
        case .list(let elements):
            var items: [DefinitionNode] = []
            for (index, element) in elements.enumerated() {
                guard let item = node(element, path: "\(path)[\(index)]", depth: depth + 1) else { return nil }
                items.append(item)
            }
            return DefinitionNode(.list(items), path: path)
        case .object(let members):
            var entries: [Entry] = []
            for member in members {
                let inner = path.isEmpty ? member.name : "\(path).\(member.name)"
                guard !entries.contains(where: { $0.key == member.name }), let value = node(member.value, path: inner, depth: depth + 1)
                else { return nil }
                entries.append(Entry(key: member.name, keyLocation: nil, value: value))
            }
            return DefinitionNode(.mapping(entries), path: path)
        }
    }
}
