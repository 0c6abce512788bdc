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
    @Option(help: ArgumentHelp("What a shard holds at most, such as 10GB, from 64MiB, or none for no bound.", valueName: "size"))
    var bytes: Bound?
    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if bytes != nil, service.backend == .kinesis { throw ValidationError("Kinesis keeps records by time alone: leave out --bytes") }
    }

    func report() async throws -> Report {
        if let service = try service.service() { return try await service.retention(name, time, bytes: newBound) }
        let isChange = time != nil || bytes != nil
        let stream = try Session(home: state.directory).openStream(name, for: isChange ? .writing : .reading)
        defer { stream.close() }
        if isChange {
            var change = StreamChange()
            change.retentionHours = time?.hours
            change.retentionBytes = newBound
            try stream.update(change)
        }
        return RetentionReport.report(name, stream.configuration)
    }

    /// What a change sets the bound to; nil leaves it.
    private var newBound: Int?? {
        switch bytes {
        case Bound.none?: .some(nil)
        case .bytes(let count)?: .some(count)
        case nil: nil
        }
    }
}
