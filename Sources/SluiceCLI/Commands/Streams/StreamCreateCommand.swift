import ArgumentParser
import SluiceCore
import SluiceLog
import SluiceStreams

struct StreamCreateCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "create", abstract: "Make an empty stream.",
            discussion: """
                Examples:
                  \(program) stream create orders
                  \(program) stream create clicks --shards 4 --retention 7d
                  \(program) stream create audit --encrypt --tag team=billing
                  \(program) stream create orders --schema sales/orders --enforce dead_letter
                """)
    }

    @Argument(help: "The stream's name: letters, digits, and _ . -") var name: String
    @Option(help: "Shards, which share the keys evenly. Otherwise 1, or 4 with --on-demand.") var shards: Int?
    @Option(
        help: ArgumentHelp(
            "How long records are kept, such as 36h or 7d. Otherwise 24h, the least that Kinesis takes; here it may be 1h and more.",
            valueName: "time"))
    var retention: RetentionTime?
    @Option(
        name: .customLong("retention-bytes"),
        help: ArgumentHelp("What a shard holds at most, such as 10GB, from 64MiB; the oldest segments go first.", valueName: "size"))
    var retentionBytes: ByteCount?
    @Option(
        name: .customLong("record-bytes"),
        help: ArgumentHelp("The longest record with its key, up to 10MiB. Otherwise 1MiB.", valueName: "size"))
    var recordBytes: ByteCount?
    @Option(help: DurabilityText.help) var durability = StreamConfiguration.DurabilityPolicy.always
    @Flag(name: .customLong("on-demand"), help: "Split busy shards and merge idle ones while the stream is written.") var onDemand = false
    @Flag(help: "Encrypt records with the key of the state directory.") var encrypt = false
    @Option(help: ArgumentHelp("A tag. May be given several times.", valueName: "name=value")) var tag: [String] = []
    @OptionGroup var schema: SchemaOptions
    @OptionGroup var service: BackendOptions
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        var configuration = StreamConfiguration(
            shards: shards ?? (onDemand ? StreamLimits.onDemandShards : 1), retentionBytes: retentionBytes?.bytes,
            mode: onDemand ? .onDemand : .provisioned, durability: durability, isEncrypted: encrypt, tags: try StreamTags.parse(tag))
        if let retention { configuration.retentionHours = retention.hours }
        if let recordBytes { configuration.recordBytes = recordBytes.bytes }
        if let service = try service.service() {
            guard schema.schema == nil, schema.enforce == nil else {
                throw SluiceError(
                    .usage, "schemas are for streams of the state directory, not for those of a service", remedy: "leave --schema out")
            }
            return try await service.create(name, configuration)
        }
        configuration.schema = try schema.binding(session)
        try session.streamStore().create(name, configuration)
        let stream = try session.streams.describe(name)
        return Report(
            [
                .line("Created stream \(name) with \(HumanText.count(configuration.shards, "shard"))."),
                .line("Records are kept for \(RetentionTime.text(hours: configuration.retentionHours)).", .dim),
            ], json: stream.json)
    }
}
