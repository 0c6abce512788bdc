import SluiceCatalog
import SluiceCore
import SluiceJSON
import SluicePipelines

/// What a tap or target is told by `--config`: a file of JSON, over it the settings of a connection, over these the definition's own.
struct SingerConfig: Sendable {
    /// A connection of this connector takes any settings.
    static let connector = SingerConnector.name

    private(set) var members: [JSONNode.Member] = []
    /// Where its settings are kept; nil where it names no connection.
    private let origin: (store: ConnectionStore, connection: String)?
    /// Of the settings, those that are secrets of the connection.
    private var secretNames: Set<String> = []

    /// - Throws: `invalidOption` for a connection to something else, and for a config that is no object; `notFound`.
    init(_ options: OptionValues, in context: ConnectorContext) throws(SluiceError) {
        if let node = options["connection"] {
            origin = (ConnectionStore(try context.requireCatalog()), try node.string())
        } else {
            origin = nil
        }
        let given = options["config"]
        if let given, given.isScalar {
            let path = DatasetName.absolute(try given.string(), in: context.directory)
            add(try Self.object(try DiskFiles.read(path), path))
        }
        if let origin {
            do throws(SluiceError) {
                try add(connection: origin.connection, of: origin.store)
            } catch {
                throw error.located(at: options.location(of: "connection"))
            }
        }
        if let given, !given.isScalar {
            for entry in try given.mapping() {
                put(entry.key, try Self.node(entry.value))
                secretNames.remove(entry.key)
            }
        }
    }

    /// What a program's file has, and which secrets are among it: as they are at this moment, since an earlier start may have changed them.
    ///
    /// - Throws: `notFound` where the connection is gone.
    func opened() throws(SluiceError) -> (file: [UInt8], secrets: SingerSecrets?) {
        guard let origin, !secretNames.isEmpty else { return (JSONNode.object(members).json, nil) }
        let connection = try origin.store.connection(origin.connection)
        let values = try origin.store.values(of: connection)
        var (members, given) = (self.members, [String: String]())
        for place in members.indices where secretNames.contains(members[place].name) {
            guard let text = values[members[place].name] else { continue }
            members[place].value = Self.node(ofText: text)
            if let text = members[place].value.string { given[members[place].name] = text }
        }
        return (JSONNode.object(members).json, SingerSecrets(origin.store, of: try origin.store.identity(of: connection), given: given))
    }

    private mutating func add(connection name: String, of store: ConnectionStore) throws(SluiceError) {
        let connection = try store.connection(name)
        guard connection.connector == Self.connector else {
            throw SluiceError(
                .invalidOption, "the connection \(name.quotedForMessage) is one to \(connection.connector), not to a tap or target",
                remedy: "make another one: sluice connections add NAME singer --set name=value --secret name")
        }
        for (setting, text) in try store.values(of: connection).sorted(by: { $0.key < $1.key }) {
            if connection.settings[setting] == nil { secretNames.insert(setting) }
            put(setting, Self.node(ofText: text))
        }
    }

    private mutating func add(_ object: [JSONNode.Member]) { for member in object { put(member.name, member.value) } }

    private mutating func put(_ name: String, _ value: JSONNode) {
        members.removeAll { $0.name == name }
        members.append(JSONNode.Member(name: name, value: value))
    }

    // MARK: JSON

    private static func object(_ bytes: [UInt8], _ path: String) throws(SluiceError) -> [JSONNode.Member] {
        guard case .object(let members)? = try? JSONParser.parse(bytes) else {
            throw SluiceError(.invalidOption, "the config is no JSON object", at: .file(path: path))
        }
        return members
    }

    /// A connection's settings are texts; those that are a list or an object as JSON stand for it.
    static func node(ofText text: String) -> JSONNode {
        if text.hasPrefix("[") || text.hasPrefix("{"), let node = try? JSONParser.parse(Array(text.utf8)) { return node }
        return .string(text)
    }

    private static func node(_ node: DefinitionNode) throws(SluiceError) -> JSONNode {
        switch node.content {
        case .null: return .null
        case .scalar("true", .plain): return .boolean(true)
        case .scalar("false", .plain): return .boolean(false)
        case .scalar(let text, .plain):
            if case .number(let digits)? = try? JSONParser.parse(Array(text.utf8)) { return .number(digits) }
            return .string(text)
        case .scalar(let text, _): return .string(text)
        case .list(let items):
            var elements: [JSONNode] = []
            for item in items { elements.append(try Self.node(item)) }
            return .list(elements)
        case .mapping(let entries):
            var members: [JSONNode.Member] = []
            for entry in entries { members.append(JSONNode.Member(name: entry.key, value: try Self.node(entry.value))) }
            return .object(members)
        }
    }
}
