import ArgumentParser
import SluiceConnectors
import SluiceCore
import SluiceLog
import SluiceStreams

struct StreamGroupsCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "groups", abstract: "List consumer groups, show the leases of one, or delete one.",
        discussion: "`stream tail --group` makes a group and reads as one of its members; `stream lag` says how far groups are behind.")

    @Argument(help: "Only the groups of this stream.", completion: NameCompletion.streams) var name: String?
    @Argument(help: "Show the leases of this group.") var group: String?
    @Flag(name: .customLong("delete"), help: "Delete the group: what it has read is forgotten.") var isDeletion = false
    @Flag(help: "Delete it also while members are reading.") var force = false
    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if isDeletion, group == nil { throw ValidationError("--delete takes a stream and a group") }
        if force, !isDeletion { throw ValidationError("--force belongs to --delete") }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let service = try service.service()
        let stream = name.map { service?.groupedName($0) ?? $0 }
        if let name, let group {
            let id = try GroupID(stream: stream ?? name, name: group)
            let store = try StreamGroups.store(id, session)
            if !isDeletion { return report(try store.describe(id), of: name, group) }
            try StreamGroups.change { () throws(SluiceError) in try store.delete(id, force: force) }
            return Report(
                [.line("Deleted group \(group) of stream \(name).")],
                json: .object(["stream": .string(name), "group": .string(group), "deleted": .boolean(true)]))
        }
        // A stream that is not there is an error, unless groups were left of it.
        if let name, service == nil, try StreamGroups(of: name, session).names.isEmpty { try session.openStream(name).close() }
        guard let catalog = try session.existingCatalog() else { return list([]) }
        let store = CatalogLeaseStore(catalog)
        return list(try store.groups(of: stream).map { (id: $0, group: try store.describe($0)) })
    }

    private func list(_ groups: [(id: GroupID, group: GroupSnapshot)]) -> Report {
        let now = WallClock.system.nowMicros()
        var table = TextTable([
            .init("stream", isWhole: true), .init("group", isWhole: true), .init("members", .right), .init("leases", .right),
            .init("begins at"),
        ])
        for (id, group) in groups {
            table.add([
                id.stream, id.name, String(group.activeMembers(nowMicros: now).count), String(group.leases.count),
                GroupPlace.text(group.settings.start),
            ])
        }
        let json = Value.object([
            "groups": .list(
                groups.map { id, group in
                    .object([
                        "stream": .string(id.stream), "group": .string(id.name),
                        "active_members": .number(group.activeMembers(nowMicros: now).count), "leases": .number(group.leases.count),
                        "start": .string(group.settings.start.text),
                    ])
                })
        ])
        return Report([groups.isEmpty ? .line("No consumer groups.") : .table(table)], json: json)
    }

    private func report(_ snapshot: GroupSnapshot, of stream: String, _ group: String) -> Report {
        let active = Set(snapshot.activeMembers(nowMicros: WallClock.system.nowMicros()).map(\.name))
        var table = TextTable([
            .init("shard", .right, isWhole: true), .init("state"), .init("owner"), .init("counter", .right), .init("next"),
        ])
        for lease in snapshot.leases {
            table.add([
                GroupPlace.shard(lease.shard), lease.state.rawValue, lease.owner ?? "", String(lease.counter),
                GroupPlace.text(lease.position),
            ])
        }
        let facts = KeyValueBlock([
            "begins at": GroupPlace.text(snapshot.settings.start),
            "members": snapshot.members.map { active.contains($0.name) ? $0.name : "\($0.name) (silent)" }.joined(separator: ", "),
        ])
        let json = Value.object([
            "stream": .string(stream), "group": .string(group), "start": .string(snapshot.settings.start.text),
            "members": .list(
                snapshot.members.map {
                    .object([
                        "name": .string($0.name), "active": .boolean(active.contains($0.name)), "last_seen_at": .time($0.beatenMicros),
                    ])
                }),
            "leases": .list(
                snapshot.leases.map {
                    .object([
                        "shard_id": .string($0.shard), "state": .string($0.state.rawValue), "owner": .text($0.owner),
                        "counter": .number($0.counter), "position": .string($0.position.text),
                        "next_sequence": .text(GroupPlace.nextSequence($0.position)), "sub_sequence": .number($0.position.subSequence),
                    ])
                }),
        ])
        return Report([.line("Group \(group) of stream \(stream)", .heading), .pairs(facts), .blank, .table(table)], json: json)
    }
}
