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
        let session = Session(home: state.directory)
        var streams: [StreamDescription] = []
        var failures: [(name: String, error: SluiceError)] = []
        for name in try session.streams.list() {
            do {
                let stream = try session.openStream(name)
                defer { stream.close() }
                streams.append(try stream.describe())
            } catch let error as SluiceError {
                // One that cannot be opened does not hide the others.
                failures.append((name, error))
            }
        }
        if streams.isEmpty, failures.isEmpty {
            return Report([.line("No streams in \(state.directory)."), .line(Session.noState, .dim)], json: json([], []))
        }
        let blocks = failures.map { name, error in
            Report.Block.check(.failed, "\(name): \(error.message)" + (error.remedy.map { "; \($0)" } ?? ""))
        }
        return Report(
            (streams.isEmpty ? [] : [.table(table(streams))]) + blocks, json: json(streams, failures),
            status: failures.isEmpty ? .done : .failed)
    }

    private func json(_ streams: [StreamDescription], _ failures: [(name: String, error: SluiceError)]) -> Value {
        .object([
            "streams": .list(
                streams.map { stream in
                    .object([
                        "name": .string(stream.name), "shards": .number(stream.shards.count), "records": .number(stream.recordCount),
                        "missing_records": .number(stream.missingCount),
                        "bytes": .number(stream.byteCount), "created_at": .time(stream.createdMicros),
                        "retention_hours": .number(stream.retentionHours),
                    ])
                }),
            "failures": .list(failures.map { .object(["name": .string($0.name), "error": .string($0.error.message)]) }),
        ])
    }

    private func table(_ streams: [StreamDescription]) -> TextTable {
        let isWhole = streams.allSatisfy { $0.missingCount == 0 }
        var table = TextTable(
            [.init("stream", isWhole: true), .init("shards", .right), .init("records", .right)]
                + (isWhole ? [] : [.init("missing", .right)]) + [.init("size", .right), .init("kept for"), .init("created")])
        for stream in streams {
            table.add(
                [stream.name, String(stream.shards.count), HumanText.grouped(stream.recordCount)]
                    + (isWhole ? [] : [HumanText.grouped(stream.missingCount)])
                    + [
                        HumanText.bytes(stream.byteCount), RetentionTime.text(hours: stream.retentionHours),
                        HumanText.time(micros: stream.createdMicros),
                    ])
        }
        return table
    }
}
