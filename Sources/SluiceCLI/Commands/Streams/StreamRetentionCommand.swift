import ArgumentParser
import SluiceCore
import SluiceLog
import SluiceStreams

struct StreamRetentionCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "retention", abstract: "Show or change how long a stream keeps its records.",
        discussion: """
            Records that are older than a shorter time are gone at once, and a longer time does not bring them back. From 1 hour to 365 \
            days; Kinesis takes no less than 24 hours.
            """)

    /// A bound, or none.
    enum Bound: Hashable, Sendable, ExpressibleByArgument {
        case none
        case bytes(Int)

        init?(argument: String) {
            if argument == "none" {
                self = .none
            } else if let count = ByteCount(argument: argument) {
                self = .bytes(count.bytes)
            } else {
                return nil
            }
        }
    }

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @Argument(help: "How long records are kept from now on, such as 36h or 7d.") var time: RetentionTime?
    @Option(help: ArgumentHelp("What a shard holds at most, such as 10GB, or none for no bound.", valueName: "size")) var bytes: Bound?
    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if bytes != nil, service.backend != .embedded { throw ValidationError("--bytes is for embedded streams") }
    }

    func report() async throws -> Report {
        if let service = try service.service() { return try await service.retention(name, time) }
        let isChange = time != nil || bytes != nil
        let stream = try Session(home: state.directory).openStream(name, for: isChange ? .writing : .reading)
        defer { stream.close() }
        if isChange {
            var change = StreamChange()
            change.retentionHours = time?.hours
            switch bytes {
            case Bound.none?: change.retentionBytes = .some(nil)
            case .bytes(let count)?: change.retentionBytes = count
            case nil: break
            }
            try stream.update(change)
        }
        let configuration = stream.configuration
        var text = "Stream \(name) keeps records for \(RetentionTime.text(hours: configuration.retentionHours))"
        if let bound = configuration.retentionBytes { text += ", and at most \(HumanText.bytes(bound)) in a shard" }
        return Report(
            [.line(text + ".")],
            json: .object([
                "stream": .string(name), "retention_hours": .number(configuration.retentionHours),
                "retention_bytes": .number(configuration.retentionBytes),
            ]))
    }
}
