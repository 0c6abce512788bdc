import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceRegistry

struct SchemaRegisterCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "register", abstract: "Add a version to a schema, if it is compatible with those before it.",
            discussion: """
                The schema and its registry are made where they are missing. A text that says the same as a version that is there adds none. \
                The format follows from the file's name: .avsc is Avro, .proto Protobuf, .json JSON Schema.

                Examples:
                  \(program) schema register orders orders.avsc
                  \(program) schema register sales/orders orders.json --compatibility FULL
                  \(program) schema register events events.proto --metadata team=web
                  \(program) schema register orders orders.avsc --version-id 7c2e6a0e-5f0c-4c8b-9a63-5b6dbb6e4d1a
                """)
    }

    @OptionGroup var schema: SchemaArgument
    @Argument(help: ArgumentHelp("The schema's text; - is standard input.", valueName: "file"), completion: .file()) var file: String
    @Option(help: "The language: avro, json or protobuf.", completion: .list(["avro", "json", "protobuf"])) var format: String?
    @Option(
        help: ArgumentHelp("What a schema that is new asks of later versions; otherwise BACKWARD.", valueName: "mode"),
        completion: .list(CompatibilityMode.allCases.map(\.rawValue)))
    var compatibility: String?
    @Option(help: "What a schema that is new describes.") var description: String?
    @Option(help: ArgumentHelp("A note on the version. May be given several times.", valueName: "name=value")) var metadata: [String] = []
    @Option(
        name: .customLong("version-id"),
        help: ArgumentHelp("The id that another registry gave the version, which Glue's header names.", valueName: "uuid"))
    var versionID: String?
    @Option(
        name: .customLong("numeric-id"),
        help: ArgumentHelp("The id that another registry gave the version, which Confluent's header names.", valueName: "number"))
    var numericID: UInt32?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let name = try SchemaName(parsing: schema.name)
        var candidate = SchemaRegistry.Candidate(name, text: try SchemaText.read(file))
        let registry = SchemaRegistry(try Session(home: state.directory).catalog())
        let isKnown = try registry.catalog.schema(name.name, in: name.registry) != nil
        candidate.format = try format.map { try SchemaFormat(parsing: $0) } ?? (isKnown ? nil : SchemaFormat(path: file))
        candidate.compatibility = try compatibility.map { try CompatibilityMode(parsing: $0) }
        candidate.description = description
        candidate.metadata = try SchemaMetadata.parse(metadata)
        candidate.numericID = numericID
        if let versionID {
            guard let id = SchemaVersionID(versionID) else {
                throw SluiceError(.usage, "\(versionID.quotedForMessage) is no UUID", remedy: "write 8-4-4-4-12 hexadecimal digits")
            }
            candidate.id = id
        }
        let done: SchemaRegistry.Registration
        do throws(SluiceError) {
            done = try registry.register(candidate)
        } catch {
            throw error.code == .invalidSchema ? error.located(at: .file(path: file)) : error
        }
        let line =
            done.isNew
            ? "Registered version \(done.version.version) of \(done.version.fullName)."
            : "\(done.version.fullName) says that already, as version \(done.version.version)."
        return Report(
            [.line(line), .line("id \(done.version.id)", .dim)],
            json: .object(["version": done.version.json, "registered": .boolean(done.isNew)]))
    }
}

/// `name=value` pairs of a version.
enum SchemaMetadata {
    static func parse(_ texts: [String]) throws -> [String: String] {
        var pairs: [String: String] = [:]
        for text in texts {
            guard let end = text.firstIndex(of: "="), end > text.startIndex else {
                throw SluiceError(.usage, "\(text.quotedForMessage) is no pair", remedy: "write name=value")
            }
            pairs[String(text[..<end])] = String(text[text.index(after: end)...])
        }
        return pairs
    }
}

struct SchemaCheckCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "check", abstract: "Say whether a text could be a schema's next version, and what stands against it.",
            discussion: """
                Changes nothing. The exit code is 1 if the text is not compatible. Of a schema that is not there, only the text is checked.

                Examples:
                  \(program) schema check orders orders.avsc
                  \(program) schema check orders orders.avsc --mode FULL_ALL
                """)
    }

    @OptionGroup var schema: SchemaArgument
    @Argument(help: ArgumentHelp("The text; - is standard input.", valueName: "file"), completion: .file()) var file: String
    @Option(
        help: ArgumentHelp("Another compatibility mode than the schema's.", valueName: "mode"),
        completion: .list(CompatibilityMode.allCases.map(\.rawValue)))
    var mode: String?
    @Option(help: "The language of a schema that is new: avro, json or protobuf.") var format: String?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let name = try SchemaName(parsing: schema.name)
        let text = try SchemaText.read(file)
        let mode = try mode.map { try CompatibilityMode(parsing: $0) }
        guard let catalog = try Session(home: state.directory).existingCatalog(),
            let stored = try catalog.schema(name.name, in: name.registry)
        else {
            guard let format = try format.map({ try SchemaFormat(parsing: $0) }) ?? SchemaFormat(path: file) else {
                throw SluiceError(.usage, "the format of the schema is not said", remedy: "say --format avro, json or protobuf")
            }
            _ = try located { () throws(SluiceError) in try SchemaDocument(parsing: text, format) }
            return Report(
                [.line("The text is a schema in \(format.rawValue). There is no schema \(name) to compare it with.")],
                json: result(name, mode: nil, []))
        }
        let findings = try located { () throws(SluiceError) in try SchemaRegistry(catalog).check(text, stored, mode: mode) }
        let used = mode?.rawValue ?? stored.compatibility
        if findings.isEmpty {
            return Report(
                [.line("The text is \(used) compatible with \(stored.fullName).", .good)], json: result(name, mode: used, findings))
        }
        let title = "The text is not \(used) compatible with \(stored.fullName): \(HumanText.count(findings.count, "difference"))."
        return Report(
            [.line(title, .heading)] + IncompatibilityBlocks.blocks(findings), json: result(name, mode: used, findings), status: .failed)
    }

    private func located<Result>(_ body: () throws(SluiceError) -> Result) throws(SluiceError) -> Result {
        do throws(SluiceError) {
            return try body()
        } catch {
            throw error.code == .invalidSchema ? error.located(at: .file(path: file)) : error
        }
    }

    private func result(_ name: SchemaName, mode: String?, _ findings: [Incompatibility]) -> Value {
        .object([
            "schema": .string(name.description), "mode": .text(mode), "compatible": .boolean(findings.isEmpty),
            "incompatibilities": .list(findings.map(\.json)),
        ])
    }
}
