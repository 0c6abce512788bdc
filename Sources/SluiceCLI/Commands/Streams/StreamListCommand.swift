import ArgumentParser
import SluiceCore
import SluiceLog
import SluiceStreams

struct StreamListCommand: ReportingCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the streams.")

    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        if let service = try service.service() { return try await service.list() }
        let store = Session(home: state.directory).streams
        let streams = try store.list().map { try store.describe($0) }
        let json = Value.object([
            "streams": .list(
                streams.map { stream in
                    .object([
                        "name": .string(stream.name), "shards": .number(stream.shards.count), "records": .number(stream.recordCount),
                        "bytes": .number(stream.byteCount), "created_at": .time(stream.createdMicros),
                        "retention_hours": .number(stream.retentionHours),
                    ])
                })
        ])
        if streams.isEmpty { return Report([.line("No streams in \(state.directory)."), .line(Session.noState, .dim)], json: json) }
        var table = TextTable([
            .init("stream", isWhole: true), .init("shards", .right), .init("records", .right), .init("size", .right), .init("kept for"),
            .init("created"),
        ])
        for stream in streams {
            table.add([
                stream.name, String(stream.shards.count), HumanText.grouped(stream.recordCount), HumanText.bytes(stream.byteCount),
                "\(stream.retentionHours) h", HumanText.time(micros: stream.createdMicros),
            ])
        }
        return Report([.table(table)], json: json)
    }
}
