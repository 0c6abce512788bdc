import ArgumentParser
import SluiceConnectors
import SluiceCore
import SluiceStreams

struct StreamGroupsCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "groups", abstract: "List consumer groups, or show the leases of one.")

    @Argument(help: "Only the groups of this stream.", completion: NameCompletion.streams) var name: String?
    @Argument(help: "Show the leases of this group.") var group: String?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        if let name, let group {
            let store = CatalogLeaseStore(try session.requireCatalog(for: "consumer group \(group.quotedForMessage)"))
            return report(try store.describe(try GroupID(stream: name, name: group)), of: name, group)
        }
        guard let catalog = try session.existingCatalog() else { return list([]) }
        let store = CatalogLeaseStore(catalog)
        return list(try store.groups(of: name).map { (id: $0, group: try store.describe($0)) })
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
                group.settings.start.text,
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
            .init("shard", isWhole: true), .init("state"), .init("owner"), .init("counter", .right), .init("position"),
        ])
        for lease in snapshot.leases {
            table.add([lease.shard, lease.state.rawValue, lease.owner ?? "", String(lease.counter), lease.position.text])
        }
        let facts = KeyValueBlock([
            "begins at": snapshot.settings.start.text,
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
                        "sub_sequence": .number($0.position.subSequence),
                    ])
                }),
        ])
        return Report([.line("Group \(group) of stream \(stream)", .heading), .pairs(facts), .blank, .table(table)], json: json)
    }
}
