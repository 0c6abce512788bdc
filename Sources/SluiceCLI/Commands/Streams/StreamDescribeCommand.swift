import ArgumentParser
import SluiceCore
import SluiceLog
import SluiceStreams

struct StreamDescribeCommand: ReportingCommand {
    static let configuration = CommandConfiguration(commandName: "describe", abstract: "Show a stream's shards.")

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        if let service = try service.service() { return try await service.describe(name) }
        let opened = try Session(home: state.directory).openStream(name)
        defer { opened.close() }
        let stream = try opened.describe()
        var table = TextTable([
            .init("shard"), .init("records", .right), .init("first", .right), .init("next", .right), .init("segments", .right),
            .init("size", .right),
        ])
        for shard in stream.shards {
            table.add([
                shard.id.description, HumanText.grouped(shard.recordCount), String(shard.firstSequence), String(shard.endSequence),
                String(shard.segmentCount), HumanText.bytes(shard.byteCount),
            ])
        }
        let facts = KeyValueBlock([
            "directory": stream.directory,
            "records": "\(HumanText.grouped(stream.recordCount)), \(HumanText.bytes(stream.byteCount))",
            "kept for": "\(stream.retentionHours) h",
            "created": HumanText.time(micros: stream.createdMicros),
        ])
        return Report([.line("Stream \(stream.name)", .heading), .pairs(facts), .blank, .table(table)], json: stream.json)
    }
}
