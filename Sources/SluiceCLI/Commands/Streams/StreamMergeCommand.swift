import ArgumentParser
import SluiceCore
import SluiceLog

struct StreamMergeCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Give the keys of two shards whose hashes touch to a new one.",
        discussion: "Both take no more records; those that they have stay and are read before those of the new one.")

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @Argument(help: "A shard, by its number or id.") var shard: ShardArgument
    @Argument(help: "The one beside it.") var adjacent: ShardArgument
    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        if let service = try service.service() { return try await service.merge(name, shard, adjacent) }
        let stream = try Session(home: state.directory).openStream(name, for: .writing)
        defer { stream.close() }
        let pair = (try stream.shards(named: shard)[0], try stream.shards(named: adjacent)[0])
        return try await ReshardReport.change(stream) { try await stream.merge(pair.0, pair.1) }
    }
}
