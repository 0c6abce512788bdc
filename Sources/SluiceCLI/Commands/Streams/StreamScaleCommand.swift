import ArgumentParser
import SluiceCore
import SluiceLog
import SluiceStreams

struct StreamScaleCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale", abstract: "Split and merge until a stream has so many shards of equal shares.",
        discussion: "One step at most doubles or halves the shards; as many steps as needed are made.")

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @Argument(help: "Open shards that it shall have.") var count: Int
    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...StreamLimits.shards).contains(count) else {
            throw ValidationError("a stream has from 1 to \(StreamLimits.shards) shards")
        }
    }

    func report() async throws -> Report {
        if let service = try service.service() { return try await service.scale(name, to: count) }
        let stream = try Session(home: state.directory).openStream(name, for: .writing)
        defer { stream.close() }
        return try await ReshardReport.change(stream) {
            repeat {
                let now = stream.openShards.count
                try await stream.updateShardCount(to: min(max(count, (now + 1) / 2), 2 * now))
            } while stream.openShards.count != count
        }
    }
}
