import ArgumentParser
import SluiceCore
import SluiceLog
import SluiceStreams

struct StreamPeekCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "peek", abstract: "Show the records at a place of a stream, with all that is known of each.",
            discussion: """
                Without --from, the oldest ones. Nothing is consumed: every reader still finds them.

                Examples:
                  \(program) stream peek orders
                  \(program) stream peek orders --shard 2 --from 41700 --limit 3
                """)
    }

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @Option(help: ArgumentHelp("Where to begin: start, end, a sequence number, or a time.", valueName: "place"))
    var from = StreamPlace.start
    @Option(help: "How many records to show.") var limit = 1
    @Option(help: "Only this shard, by its number or id.") var shard: ShardArgument?
    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(1...StreamTailCommand.maximumLimit).contains(limit) {
            throw ValidationError("--limit takes a number from 1 to \(StreamTailCommand.maximumLimit)")
        }
    }

    func report() async throws -> Report {
        let records = try await records()
        var blocks: [Report.Block] = []
        for record in records {
            blocks += [
                .pairs(
                    KeyValueBlock([
                        "shard": ShardID(record.shard).description, "sequence": record.sequence.description,
                        "arrived": HumanText.time(micros: record.arrivalMicros), "key": PrintedRecord.text(record.key),
                        "hash": String(record.key.withUnsafeBytes { HashRange.hash(of: $0) }),
                        "size": HumanText.bytes(record.payload.count), "data": PrintedRecord.text(record.payload),
                    ])), .blank,
            ]
        }
        if blocks.isEmpty { blocks.append(.line("No records.")) } else { blocks.removeLast() }
        return Report(blocks, json: .object(["stream": .string(name), "records": .list(records.map(\.json))]))
    }

    private func records() async throws -> [PrintedRecord] {
        if let service = try service.service() {
            let excerpt = ServiceExcerpt(streams: service.streams, stream: name)
            return try await excerpt.read(try await service.shards(name, named: shard), from: from, limit: limit)
        }
        let stream = try Session(home: state.directory).openStream(name)
        defer { stream.close() }
        let shards = try stream.shards(named: shard)
        return try await StreamExcerpt.read(stream, shards: shards, from: from, limit: limit)
    }
}
