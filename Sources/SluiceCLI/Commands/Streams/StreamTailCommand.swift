import ArgumentParser
import SluiceCore
import SluiceStreams

struct StreamTailCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "tail", abstract: "Print a stream's records: the newest ones, or from a place on.",
            discussion: """
                Without --from, the newest records are printed. Records of one shard are in order.
                With --json, one document has all records; with --json --follow, each record is a line of its own.

                Examples:
                  \(program) stream tail flights
                  \(program) stream tail flights --from start --limit 100
                  \(program) stream tail flights --shard 2 --from 41700
                  \(program) stream tail flights --from end --follow
                """)
    }

    enum Start: Hashable, Sendable, ExpressibleByArgument {
        case start, end
        case sequence(UInt64)

        init?(argument: String) {
            switch argument {
            case "start": self = .start
            case "end": self = .end
            default:
                guard let number = UInt64(argument) else { return nil }
                self = .sequence(number)
            }
        }
    }

    static let defaultLimit = 10
    /// Records are kept in memory until they are printed.
    static let maximumLimit = 1_000_000

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @Option(help: ArgumentHelp("Where to begin: start, end, or a sequence number.", valueName: "place")) var from: Start?
    @Option(help: "How many records to print. Unbounded under --follow, otherwise 10.") var limit: Int?
    @Option(help: "Only this shard, by its number.") var shard: Int?
    @Flag(help: "Wait for more records, until interrupted.") var follow = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let limit, !(1...Self.maximumLimit).contains(limit) {
            throw ValidationError("--limit takes a number from 1 to \(Self.maximumLimit)")
        }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let stream = try session.openStream(name)
        defer { stream.close() }
        let shards = try chosenShards(stream)
        if follow {
            let follower = StreamFollower(stream: stream, shards: shards, console: session.console, asJSON: output.json)
            do {
                try await Interruption.cancelling { try await follower.run(from: from, limit: limit ?? .max) }
                return .streamed(.done)
            } catch is CancellationError {
                return .streamed(.interrupted)
            }
        }
        let records = try await StreamExcerpt.read(stream, shards: shards, from: from, limit: limit ?? Self.defaultLimit)
        var blocks = records.map { Report.Block.line($0.line(shardCount: stream.shardCount)) }
        if records.isEmpty { blocks.append(.line("No records.")) }
        return Report(blocks, json: .object(["stream": .string(name), "records": .list(records.map(\.json))]))
    }

    private func chosenShards(_ stream: RecordStream) throws(SluiceError) -> [Int] {
        guard let shard else { return Array(0..<stream.shardCount) }
        guard (0..<stream.shardCount).contains(shard) else {
            throw SluiceError(
                .usage, "stream \(name.quotedForMessage) has no shard \(shard)", remedy: "shards are numbered 0 to \(stream.shardCount - 1)"
            )
        }
        return [shard]
    }
}
