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
        let isWhole = stream.missingCount == 0
        var table = TextTable(
            [.init("shard"), .init("state"), .init("records", .right)] + (isWhole ? [] : [.init("missing", .right)])
                + [.init("first", .right), .init("next", .right), .init("segments", .right), .init("size", .right)])
        for shard in stream.shards {
            table.add(
                [shard.id.description, shard.isOpen ? "open" : "closed", HumanText.grouped(shard.recordCount)]
                    + (isWhole ? [] : [HumanText.grouped(shard.missingCount)])
                    + [
                        String(shard.firstSequence), String(shard.endSequence), String(shard.segmentCount),
                        HumanText.bytes(shard.byteCount),
                    ])
        }
        return Report([.line("Stream \(stream.name)", .heading), .pairs(stream.facts), .blank, .table(table)], json: stream.json)
    }
}

extension SchemaBinding.Enforcement {
    /// What is done with records that do not fit.
    fileprivate var words: String {
        switch self {
        case .reject: "others are rejected"
        case .deadLetter: "others are dead letters"
        case .off: "not enforced"
        }
    }
}

extension StreamDescription {
    /// What there is to say of the stream as a whole.
    var facts: KeyValueBlock {
        let open = shards.count { $0.isOpen }
        let closed = shards.count - open
        let tags = configuration.tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let lost = missingCount > 0 ? "; damage took \(HumanText.grouped(missingCount)) more" : ""
        return KeyValueBlock([
            "directory": directory,
            "records": "\(HumanText.grouped(recordCount)), \(HumanText.bytes(byteCount))\(lost)",
            "shards": "\(open) open" + (closed > 0 ? ", \(closed) closed" : "")
                + (configuration.mode == .onDemand ? "; on demand: they follow the load" : ""),
            "kept for": RetentionTime.text(hours: retentionHours) + RetentionReport.bound(configuration),
            "record size": "up to \(HumanText.bytes(configuration.recordBytes))",
            "durability": DurabilityText.text(configuration.durability),
            "encryption": configuration.isEncrypted ? "AES-256-GCM" : "none",
            "schema": configuration.schema.map { "\($0.schema), \($0.enforcement.words)" },
            "tags": tags.isEmpty ? nil : tags.joined(separator: ", "),
            "created": HumanText.time(micros: createdMicros),
        ])
    }
}
