import SluiceConnectors
import SluiceCore
import SluiceStreams

/// The consumer groups of one stream.
struct StreamGroups {
    let names: [String]
    private let groups: [GroupID]
    private let store: CatalogLeaseStore?

    init(of stream: String, _ session: Session) throws {
        store = try session.existingCatalog().map { CatalogLeaseStore($0) }
        groups = try store?.groups(of: stream) ?? []
        names = groups.map(\.name)
    }

    /// - Throws: `alreadyRunning` where members beat.
    func requireIdle() throws {
        let now = WallClock.system.nowMicros()
        for group in groups {
            guard let store, let member = try store.describe(group).activeMembers(nowMicros: now).first else { continue }
            throw SluiceError(
                .alreadyRunning,
                "stream \(group.stream.quotedForMessage) is read by \(member.name.quotedForMessage) of group \(group.name)",
                remedy: Self.remedy, isRetriable: true)
        }
    }

    /// The store that has a group.
    ///
    /// - Throws: `notFound` where there is no group at all.
    static func store(_ group: GroupID, _ session: Session) throws -> CatalogLeaseStore {
        if let catalog = try session.existingCatalog() { return CatalogLeaseStore(catalog) }
        throw SluiceError(
            .notFound, "there is no consumer group \(group)",
            remedy: "`stream tail \(group.stream) --group \(group.name)` makes it, or say with --home or SLUICE_HOME where the state is")
    }

    private static let remedy = "stop the group's members, or say --force to cut them off"

    /// Changes a group; a refusal because of its members says which option helps.
    static func change(_ body: () throws(SluiceError) -> Void) throws(SluiceError) {
        do throws(SluiceError) {
            try body()
        } catch {
            guard error.code == .alreadyRunning else { throw error }
            var advised = error
            advised.remedy = remedy
            throw advised
        }
    }

    func delete() throws {
        for group in groups { try store?.delete(group, force: true) }
    }
}
