import ArgumentParser
import SluiceCore
import SluiceLog
import SluiceStreams

struct StreamSetCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "set", abstract: "Change how a stream stores records.",
            discussion: """
                What is not named stays as it is. Records that are there stay as they are. `stream retention` says how long they stay.

                Examples:
                  \(program) stream set clicks --durability interval
                  \(program) stream set clicks --on-demand
                  \(program) stream set clicks --schema clicks --enforce reject
                  \(program) stream set audit --encrypt --tag team=billing --remove-tag draft
                """)
    }

    @Argument(help: "The stream.", completion: NameCompletion.streams) var name: String
    @Option(help: DurabilityText.help) var durability: StreamConfiguration.DurabilityPolicy?
    @Flag(inversion: .prefixedNo, help: "Split busy shards and merge idle ones while the stream is written, or leave them alone.")
    var onDemand: Bool?
    @Flag(inversion: .prefixedNo, help: "Encrypt records from now on, or do not.") var encrypt: Bool?
    @Option(
        name: .customLong("record-bytes"),
        help: ArgumentHelp("The longest record with its key, up to 10MiB.", valueName: "size"))
    var recordBytes: ByteCount?
    @Option(help: ArgumentHelp("A tag to set. May be given several times.", valueName: "name=value")) var tag: [String] = []
    @Option(name: .customLong("remove-tag"), help: ArgumentHelp("A tag to remove. May be given several times.", valueName: "name"))
    var removeTag: [String] = []
    @OptionGroup var schema: SchemaOptions
    @Flag(name: .customLong("no-schema"), help: "Take records whatever they are.") var noSchema = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if durability == nil, onDemand == nil, encrypt == nil, recordBytes == nil, tag.isEmpty, removeTag.isEmpty,
            schema.schema == nil, schema.enforce == nil, !noSchema
        {
            throw ValidationError("say what to change; `stream describe` shows what there is")
        }
    }

    func report() async throws -> Report {
        let session = Session(home: state.directory)
        let stream = try session.openStream(name, for: .writing)
        defer { stream.close() }
        var change = StreamChange()
        change.durability = durability
        change.mode = onDemand.map { $0 ? .onDemand : .provisioned }
        change.isEncrypted = encrypt
        change.recordBytes = recordBytes?.bytes
        change.addedTags = try StreamTags.parse(tag)
        change.removedTags = removeTag
        if noSchema {
            change.schema = .some(nil)
        } else if let binding = try schema.binding(session, current: stream.configuration.schema) {
            change.schema = binding
        }
        try stream.update(change)
        let described = try stream.describe()
        return Report([.line("Changed stream \(name).", .heading), .pairs(described.facts)], json: described.json)
    }
}
