import ArgumentParser
import SluiceCore
import SluiceLog
import SluiceStreams

struct StreamSplitCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "split", abstract: "Give the keys of a shard to two new ones.",
        discussion: """
            The shard takes no more records; those that it has stay and are read before those of the new ones. Without --at, the hashes \
            are shared evenly.
            """)

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @Argument(help: "The shard, by its number or id.") var shard: ShardArgument
    @Option(name: .customLong("at"), help: ArgumentHelp("First hash of the second new shard, as a decimal number.", valueName: "hash"))
    var hashKey: String?
    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let hash = try hashKey.map { text throws(SluiceError) in try HashRange.hashKey(parsing: text) }
        if let service = try service.service() { return try await service.split(name, shard, at: hash) }
        let stream = try Session(home: state.directory).openStream(name, for: .writing)
        defer { stream.close() }
        let number = try stream.shards(named: shard)[0]
        return try await ReshardReport.change(stream) {
            try await stream.split(number, at: try hash ?? middle(of: number, stream))
        }
    }

    private func middle(of number: Int, _ stream: RecordStream) throws(SluiceError) -> UInt128 {
        guard let summary = stream.shards().first(where: { $0.id.number == number }) else { return 0 }
        return summary.range.first + (summary.range.last - summary.range.first) / 2 + 1
    }
}
