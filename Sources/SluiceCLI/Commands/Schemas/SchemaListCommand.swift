import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceRegistry

struct SchemaListCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the schemas of the registry: format, compatibility mode and latest version.")

    @Option(help: "Only schemas of this registry.") var registry: String?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let schemas = try Session(home: state.directory).existingCatalog()?.schemas(in: registry) ?? []
        let json = Value.object(["schemas": .list(schemas.map(\.json))])
        if schemas.isEmpty {
            return Report([.line("No schemas in \(state.directory)."), .line("`schema register` adds one", .dim)], json: json)
        }
        var table = TextTable([
            .init("schema", isWhole: true), .init("format"), .init("compatibility"), .init("latest", .right), .init("versions", .right),
            .init("updated"),
        ])
        for schema in schemas {
            table.add([
                schema.fullName, schema.format, schema.compatibility, schema.latest.map(String.init) ?? "", String(schema.versionCount),
                HumanText.time(micros: schema.updatedMicros),
            ])
        }
        return Report([.table(table)], json: json)
    }
}

struct SchemaVersionsCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "List a schema's versions with their ids, newest first.")

    @OptionGroup var schema: SchemaArgument
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let (schema, _, registry) = try schema.open(Session(home: state.directory))
        let versions = try registry.catalog.schemaVersions(of: schema.name, in: schema.registry).reversed()
        var table = TextTable([
            .init("version", .right), .init("id", isWhole: true), .init("number", .right), .init("status"), .init("since"),
            .init("metadata"),
        ])
        for version in versions {
            let mark = version.version == schema.checkpoint ? " (checkpoint)" : ""
            table.add([
                String(version.version), version.id, String(version.numericID), version.status.lowercased() + mark,
                HumanText.time(micros: version.createdMicros),
                version.metadata.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " "),
            ])
        }
        return Report(
            [.table(table)],
            json: .object([
                "schema": .string(schema.fullName), "checkpoint": .number(schema.checkpoint), "versions": .list(versions.map(\.json)),
            ]))
    }
}

struct SchemaShowCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "show", abstract: "Show a schema: what it asks of new versions, and the text of one.",
            discussion: """
                Examples:
                  \(program) schema show orders
                  \(program) schema show sales/orders --version 2
                  \(program) schema show orders --text > orders.avsc
                """)
    }

    @OptionGroup var schema: SchemaArgument
    @Option(help: ArgumentHelp("The version; the latest when absent.", valueName: "number")) var version: Int?
    @Flag(help: "Print the text alone.") var text = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let (schema, name, registry) = try schema.open(Session(home: state.directory))
        let version = try registry.version(version, of: name)
        let document = try registry.document(of: version)
        let json = Value.object([
            "schema": schema.json, "version": version.json, "definition": .string(version.definition),
            "canonical": .string(document.canonical),
            "fingerprint": .string(document.fingerprint), "avro_fingerprint": .text(document.rabin),
        ])
        if text { return Report([.verbatim(version.definition)], json: json) }
        let pairs = KeyValueBlock([
            "format": schema.format, "compatibility": schema.compatibility,
            "description": schema.description.isEmpty ? nil : schema.description,
            "version": "\(version.version) of \(schema.versionCount)", "id": version.id, "number": String(version.numericID),
            "fingerprint": document.fingerprint, "avro fingerprint": document.rabin, "since": HumanText.time(micros: version.createdMicros),
        ])
        return Report([.line(schema.fullName, .heading), .pairs(pairs), .blank, .verbatim(version.definition)], json: json)
    }
}

extension SchemaDocument {
    /// Avro's 64-bit fingerprint; nil for other formats.
    fileprivate var rabin: String? {
        guard case .avro(let schema) = content else { return nil }
        let digits = String(schema.rabinFingerprint, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
