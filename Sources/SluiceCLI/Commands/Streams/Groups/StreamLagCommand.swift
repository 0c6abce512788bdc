import ArgumentParser
import SluiceConnectors
import SluiceCore
import SluiceLog
import SluiceStreams

struct StreamLagCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "lag", abstract: "Show how far consumer groups are behind a stream.",
            discussion: """
                For each shard: who reads it, the next record, and what is left: records, and the time from the last one that was read
                to the newest. Shards that wait for the end of their parents count whole. What cannot be known is a question mark.

                Examples:
                  \(program) stream lag orders
                  \(program) stream lag orders billing --json
                  \(program) stream lag orders --backend kafka --brokers broker-1:9092
                """)
    }

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @Argument(help: "Only this group. Otherwise all groups of the stream.") var group: String?
    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let stream = try GroupedStream(name, try service.service(), session)
        defer { stream.close() }
        var lags: [(group: String, lag: GroupLag)] = []
        for id in try groups(of: stream.id, session) {
            let snapshot = try CatalogLeaseStore(try session.catalog()).describe(id)
            lags.append((id.name, try await GroupLag.measure(snapshot, of: name, on: stream.backend)))
        }
        let json = Value.object(["stream": .string(name), "groups": .list(lags.map { document($0.group, $0.lag) })])
        if lags.isEmpty {
            return Report(
                [
                    .line("Stream \(name) has no consumer groups."),
                    .line("`stream tail \(ShellText.quoted(name)) --group NAME` makes one.", .dim),
                ],
                json: json)
        }
        return Report(Array(lags.map { blocks($0.group, $0.lag) }.joined(separator: [.blank])), json: json)
    }

    private func groups(of stream: String, _ session: Session) throws -> [GroupID] {
        if let group {
            let id = try GroupID(stream: stream, name: group)
            _ = try StreamGroups.store(id, session)
            return [id]
        }
        guard let catalog = try session.existingCatalog() else { return [] }
        return try CatalogLeaseStore(catalog).groups(of: stream)
    }

    private func blocks(_ group: String, _ lag: GroupLag) -> [Report.Block] {
        var table = TextTable([
            .init("shard", .right, isWhole: true), .init("state"), .init("owner"), .init("next", .right), .init("records behind", .right),
            .init("time behind", .right),
        ])
        for shard in lag.shards {
            table.add([
                GroupPlace.shard(shard.shard), shard.state?.rawValue ?? "waiting", shard.owner ?? "",
                shard.position.map(GroupPlace.text) ?? "start", Self.records(shard.records), Self.time(shard.millis),
            ])
        }
        return [
            .line("Group \(group) of stream \(name)", .heading), .table(table),
            .line("Behind in all: \(Self.records(lag.records)) records, \(Self.time(lag.millis))"),
        ]
    }

    private static func records(_ count: Int?) -> String { count.map { HumanText.grouped($0) } ?? "?" }
    private static func time(_ millis: Int64?) -> String { millis.map { HumanText.duration(seconds: Double($0) / 1_000) } ?? "?" }

    private func document(_ group: String, _ lag: GroupLag) -> Value {
        .object([
            "group": .string(group), "records_behind": .number(lag.records), "millis_behind": .number(lag.millis),
            "shards": .list(
                lag.shards.map { shard in
                    .object([
                        "shard_id": .string(shard.shard), "state": .string(shard.state?.rawValue ?? "waiting"), "owner": .text(shard.owner),
                        "position": .text(shard.position?.text), "next_sequence": .text(shard.position.flatMap(GroupPlace.nextSequence)),
                        "records_behind": .number(shard.records), "millis_behind": .number(shard.millis),
                    ])
                }),
        ])
    }
}
