import ArgumentParser
import SluiceConnectors
import SluiceCore
import SluiceLog
import SluiceStreams

struct StreamTailCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "tail", abstract: "Print a stream's records: the newest ones, or from a place on.",
            discussion: """
                Without --from, the newest records are printed. Records of one shard are in order.
                With --follow, shards that a split or merge makes are read once those before them are at their end.
                With --json, one document has all records; with --json --follow, each record is a line of its own.
                With --lines, only the data is printed, as `stream put` takes it.
                With --group, the shards are shared with other processes that name the same group, and each record is printed by one of
                them. Reading goes on until interrupted, begins where the group stands, and is recorded after the lines were written; a
                new group begins at --from, otherwise at the start.

                Examples:
                  \(program) stream tail flights
                  \(program) stream tail flights --from start --limit 100
                  \(program) stream tail flights --shard 2 --from 41700
                  \(program) stream tail flights --from end --follow
                  \(program) stream tail flights --from 2026-11-29T08:00:00Z --lines > flights.csv
                  \(program) stream tail flights --group archive --lines >> flights.csv
                """)
    }

    static let defaultLimit = 10
    /// Records are kept in memory until they are printed.
    static let maximumLimit = 1_000_000

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @Option(help: ArgumentHelp("Where to begin: start, end, a sequence number, or a time.", valueName: "place")) var from: StreamPlace?
    @Option(help: "How many records to print. Unbounded under --follow and --group, otherwise 10.") var limit: Int?
    @Option(help: "Only this shard, by its number or id.") var shard: ShardArgument?
    @Flag(help: "Print only the data of records, each as a line.") var lines = false
    @Flag(help: "Wait for more records, until interrupted.") var follow = false
    @Option(
        help: ArgumentHelp(
            "With --follow of Kinesis: records are pushed through this consumer, registered for the time unless it is there.",
            valueName: "name"))
    var consumer: String?
    @OptionGroup(title: "Consumer group") var membership: GroupMembership
    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let limit, !(1...Self.maximumLimit).contains(limit) {
            throw ValidationError("--limit takes a number from 1 to \(Self.maximumLimit)")
        }
        if membership.group != nil, shard != nil { throw ValidationError("a group reads all shards: leave out --shard") }
        if membership.group != nil, case .sequence = from {
            throw ValidationError("a group begins at start, end or a time; set one shard to a sequence number with `stream reset`")
        }
        if consumer != nil, !follow || membership.group != nil || service.backend != .kinesis {
            throw ValidationError("--consumer belongs to --follow with --backend kinesis")
        }
        if lines, output.json { throw ValidationError("choose one of --lines and --json") }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        if let group = membership.group { return try await tail(group, session) }
        if let service = try service.service(consumer: consumer) { return try await report(service, session.console) }
        let stream = try session.openStream(name)
        defer { stream.close() }
        let shards = try stream.shards(named: shard)
        let printer = printer(session.console, shards: stream.shardNumbers.count)
        if follow {
            let follower = StreamFollower(stream: stream, shards: shard == nil ? nil : shards, printer: printer)
            return try await following { try await follower.run(from: from, limit: limit ?? .max) }
        }
        return report(try await StreamExcerpt.read(stream, shards: shards, from: from, limit: limit ?? Self.defaultLimit), printer)
    }

    private func report(_ service: ServiceStreams, _ console: Console) async throws -> Report {
        let shards = try await service.shards(name, named: shard)
        let printer = printer(console, shards: shards.count)
        if follow {
            let follower = ServiceFollower(streams: service.streams, stream: name, printer: printer)
            let read = from == nil || from == .end ? shards.filter(\.isOpen) : shards
            return try await releasing(service, follower, read)
        }
        let excerpt = ServiceExcerpt(streams: service.streams, stream: name)
        return report(try await excerpt.read(shards, from: from, limit: limit ?? Self.defaultLimit), printer)
    }

    /// Follows, and takes back what was registered for it, whatever the end is.
    private func releasing(_ service: ServiceStreams, _ follower: ServiceFollower, _ shards: [ShardSummary]) async throws -> Report {
        let report: Report
        do {
            report = try await following { try await follower.run(shards, from: from, limit: limit ?? .max) }
        } catch {
            try? await service.release()
            throw error
        }
        try await service.release()
        return report
    }

    private func printer(_ console: Console, shards: Int) -> RecordPrinter {
        RecordPrinter(console: console, form: output.json ? .json : lines ? .data : .text, isNumbered: shards > 1)
    }

    private func following(_ body: @escaping @Sendable () async throws -> Void) async throws -> Report {
        do {
            try await Interruption.cancelling(body)
            return .streamed(.done)
        } catch is CancellationError {
            return .streamed(.interrupted)
        }
    }

    private func report(_ records: [PrintedRecord], _ printer: RecordPrinter) -> Report {
        if lines {
            for record in records { printer.print(record) }
            return .streamed(.done)
        }
        var blocks = records.map { Report.Block.line(printer.line($0)) }
        if records.isEmpty { blocks.append(.line("No records.")) }
        return Report(blocks, json: .object(["stream": .string(name), "records": .list(records.map(\.json))]))
    }

    private func tail(_ group: String, _ session: Session) async throws -> Report {
        let stream = try GroupedStream(name, try service.service(), session)
        defer { stream.close() }
        let reader = try GroupReader(
            of: try GroupID(stream: stream.id, name: group), as: membership.name, settings: try membership.settings(start: from),
            store: CatalogLeaseStore(try session.catalog()), backend: stream.backend, reading: name)
        let tail = GroupTail(
            stream: stream, reader: reader, printer: printer(session.console, shards: 2), limit: limit ?? .max)
        let isInterrupted = try await tail.run()
        return .streamed(isInterrupted ? .interrupted : .done)
    }
}
