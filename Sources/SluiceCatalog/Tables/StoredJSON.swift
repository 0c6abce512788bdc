import SluiceCore
import SluiceJSON

/// What the catalog wrote as JSON, read value by value: `JSONDecoder` takes ten times as long, and each look at a table reads several texts.
enum StoredJSON {
    /// A value is another than the catalog writes in its place.
    struct Unexpected: Error {}

    /// - Throws: `stateCorrupt` for what the catalog does not write.
    static func read<Result>(_ text: String, _ body: (JSONNode) throws -> Result) throws -> Result {
        do {
            return try body(JSONParser.parse(Array(text.utf8)))
        } catch {
            throw SluiceError(.stateCorrupt, "the catalog holds unreadable text: \(text.quotedForMessage)", underlying: error)
        }
    }

    static func text(_ node: JSONNode) throws -> String {
        guard let bytes = node.bytes else { throw Unexpected() }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func boolean(_ node: JSONNode) throws -> Bool {
        guard let value = node.boolean else { throw Unexpected() }
        return value
    }

    static func integer(_ node: JSONNode) throws -> Int {
        guard let value = node.integer else { throw Unexpected() }
        return value
    }

    static func list<Element>(_ node: JSONNode, _ element: (JSONNode) throws -> Element) throws -> [Element] {
        guard case .list(let elements) = node else { throw Unexpected() }
        return try elements.map(element)
    }

    static func texts(_ node: JSONNode) throws -> [String] { try list(node, text) }

    static func map(_ node: JSONNode) throws -> [String: String] {
        guard case .object(let members) = node else { throw Unexpected() }
        var map: [String: String] = [:]
        for member in members { map[member.name] = try text(member.value) }
        return map
    }
}

/// The members of an object that the catalog wrote.
struct StoredObject {
    private let members: [JSONNode.Member]

    init(_ node: JSONNode) throws {
        guard case .object(let members) = node else { throw StoredJSON.Unexpected() }
        self.members = members
    }

    /// Nil for a member that is missing or null.
    func optional<Result>(_ name: String, _ read: (JSONNode) throws -> Result) throws -> Result? {
        guard let value = members.first(where: { $0.name == name })?.value, value != .null else { return nil }
        return try read(value)
    }

    func required<Result>(_ name: String, _ read: (JSONNode) throws -> Result) throws -> Result {
        guard let value = try optional(name, read) else { throw StoredJSON.Unexpected() }
        return value
    }

    func text(_ name: String) throws -> String { try required(name, StoredJSON.text) }
    func optionalText(_ name: String) throws -> String? { try optional(name, StoredJSON.text) }
    func map(_ name: String) throws -> [String: String] { try required(name, StoredJSON.map) }
    func texts(_ name: String) throws -> [String] { try required(name, StoredJSON.texts) }
}
