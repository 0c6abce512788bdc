import SluiceCatalog
import SluiceCore
import SluiceJSON
import SluiceSaaS
import Synchronization

/// The secrets of a connection as a program was given them, which some programs change in their file: taps whose refresh tokens are good once.
///
/// A note beside the file says whose they are, so that what a killed process has left is kept by the next one. A secret that was set anew
/// meanwhile stays as it is.
final class SingerSecrets: Sendable {
    static let configName = "config.json"
    static let noteName = "connection.json"

    private let store: ConnectionStore
    private let connection: ConnectionIdentity
    /// As they were given or kept last, by the setting.
    private let known: Mutex<[String: String]>

    init(_ store: ConnectionStore, of connection: ConnectionIdentity, given: [String: String]) {
        self.store = store
        self.connection = connection
        known = Mutex(given)
    }

    /// - Returns: Nil for what is no note.
    private convenience init?(note: [UInt8], _ store: ConnectionStore) {
        guard let node = try? JSONParser.parse(note), let name = node["connection"]?.string, let id = node["identity"]?.string,
            case .object(let members)? = node["given"]
        else { return nil }
        let given = members.compactMap { member in member.value.string.map { (member.name, $0) } }
        self.init(store, of: ConnectionIdentity(name: name, id: id), given: Dictionary(given) { $1 })
    }

    var note: [UInt8] {
        let given = known.withLock { $0 }.sorted { $0.key < $1.key }.map { JSONNode.Member(name: $0.key, value: .string($0.value)) }
        return JSONNode.members([
            "connection": .string(connection.name), "identity": .string(connection.id), "given": .object(given),
        ]).json
    }

    /// Keeps what the program has changed.
    ///
    /// - Returns: Whether its folder can go: not while the state cannot be written.
    func areKept(from folder: String) -> Bool {
        guard let file = SingerScratch.ownFile("\(folder)/\(Self.configName)"), let changed = try? JSONParser.parse(file) else {
            return true
        }
        do throws(SluiceError) {
            for (setting, before) in known.withLock({ $0 }) {
                guard let value = changed[setting]?.string, value != before, !value.isEmpty else { continue }
                KnownSecrets.add(value)
                try store.replace(setting, as: before, by: value, of: connection)
                known.withLock { $0[setting] = value }
            }
            return true
        } catch {
            return error.code != .ioFailure
        }
    }

    /// Keeps what a program has changed whose process was killed.
    ///
    /// - Returns: Whether its folder can go.
    static func areKept(fromAbandoned folder: String, in catalog: Catalog?) -> Bool {
        guard SingerScratch.isOwn(folder), let note = SingerScratch.ownFile("\(folder)/\(noteName)") else { return true }
        guard let catalog else { return false }
        return SingerSecrets(note: note, ConnectionStore(catalog))?.areKept(from: folder) ?? true
    }
}
