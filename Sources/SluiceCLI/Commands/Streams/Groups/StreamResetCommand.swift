import ArgumentParser
import SluiceConnectors
import SluiceCore
import SluiceLog
import SluiceStreams

struct StreamResetCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "reset", abstract: "Set a consumer group to another place of its stream.",
            discussion: """
                All shards are set to start, end or a time, or one shard to any of these or to a sequence number. Records behind the new
                place are read again; those before it are left out. Refused while members read, unless forced: they are cut off then, and go on at
                the new place.

                Examples:
                  \(program) stream reset orders billing --to start --dry-run
                  \(program) stream reset orders billing --to 2026-11-29T08:00:00Z
                  \(program) stream reset orders billing --to 41700 --shard 2
                """)
    }

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @Argument(help: "The group.") var group: String
    @Option(help: ArgumentHelp("The new place: start, end, a time, or with --shard a sequence number.", valueName: "place"))
    var to: StreamPlace
    @Option(help: "Only this shard, by its number or id.") var shard: ShardArgument?
    @Flag(help: "Reset it also while members are reading.") var force = false
    @Flag(name: .customLong("dry-run"), help: "Only show what would change.") var isDryRun = false
    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let stream = try GroupedStream(name, try service.service(), session)
        defer { stream.close() }
        let id = try GroupID(stream: stream.id, name: group)
        let store = try StreamGroups.store(id, session)
        let before = try store.describe(id)
        let reset = try GroupResetPlan(stream: name, to: to, shard: shard).reset(before, try await stream.backend.groupShards(of: name))
        if !isDryRun { try StreamGroups.change { () throws(SluiceError) in try store.reset(id, reset, force: force) } }
        return report(before, reset)
    }

    private func report(_ before: GroupSnapshot, _ reset: GroupReset) -> Report {
        let after: [String: GroupPosition] =
            switch reset {
            case .all(_, let leases): Dictionary(uniqueKeysWithValues: leases.map { ($0.shard, $0.position) })
            case .shards(let positions): positions
            }
        var shards = Set(after.keys)
        if case .all = reset { shards.formUnion(before.leases.map(\.shard)) }
        var table = TextTable([.init("shard", .right, isWhole: true), .init("before", .right), .init("after", .right)])
        var changes: [Value] = []
        for shard in shards.sorted() {
            let (old, new) = (before.lease(shard)?.position, after[shard])
            table.add([GroupPlace.shard(shard), old.map(GroupPlace.text) ?? "not read", new.map(GroupPlace.text) ?? "later"])
            changes.append(
                .object([
                    "shard_id": .string(shard), "before": .text(old?.text), "before_sequence": .text(old.flatMap(GroupPlace.nextSequence)),
                    "after": .text(new?.text), "after_sequence": .text(new.flatMap(GroupPlace.nextSequence)),
                ]))
        }
        let active = before.activeMembers(nowMicros: WallClock.system.nowMicros()).map(\.name)
        var closing: [Report.Block] = [.line("Reset group \(group) of stream \(name): \(HumanText.count(shards.count, "shard")).")]
        if isDryRun {
            closing = [.line("Nothing was changed.")]
            if !active.isEmpty { closing.append(.line("It is being read by \(active.joined(separator: ", ")): say --force.", .warning)) }
        }
        return Report(
            [.table(table)] + closing,
            json: .object([
                "stream": .string(name), "group": .string(group), "changed": .boolean(!isDryRun), "shards": .list(changes),
                "active_members": .texts(active),
            ]))
    }
}
