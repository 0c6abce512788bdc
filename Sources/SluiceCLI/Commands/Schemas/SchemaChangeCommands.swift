import ArgumentParser
import SluiceCatalog
import SluiceCore
import SluiceRegistry

struct SchemaCompatCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "compat", abstract: "Show or change what a schema asks of new versions.",
            discussion: """
                NONE asks nothing, DISABLED takes no versions. BACKWARD: the new version reads data of the last one. FORWARD: the last one \
                reads data of the new one. FULL: both. With _ALL: all versions from the checkpoint on.

                Examples:
                  \(program) schema compat orders
                  \(program) schema compat orders FULL_ALL
                  \(program) schema compat orders --checkpoint 3
                """)
    }

    @OptionGroup var schema: SchemaArgument
    @Argument(
        help: ArgumentHelp("The new mode.", valueName: "mode"), completion: .list(CompatibilityMode.allCases.map(\.rawValue)))
    var mode: String?
    @Option(help: ArgumentHelp("The first version that new ones are compared with.", valueName: "number")) var checkpoint: Int?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let (schema, name, registry) = try schema.open(Session(home: state.directory))
        var shown = schema
        if mode != nil || checkpoint != nil {
            shown = try registry.catalog.changeSchema(
                name.name, in: name.registry, compatibility: try mode.map { try CompatibilityMode(parsing: $0).rawValue },
                checkpoint: checkpoint)
        }
        return Report(
            [
                .line(shown.fullName, .heading),
                .pairs(KeyValueBlock(["compatibility": shown.compatibility, "checkpoint": "version \(shown.checkpoint)"])),
            ], json: shown.json)
    }
}

struct SchemaDiffCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "diff", abstract: "Compare two versions of a schema: what each could not read of the other.",
            discussion: """
                Examples:
                  \(program) schema diff orders
                  \(program) schema diff orders 1 3
                """)
    }

    @OptionGroup var schema: SchemaArgument
    @Argument(help: ArgumentHelp("The earlier version; the one before the last when absent.", valueName: "from")) var from: Int?
    @Argument(help: ArgumentHelp("The later version; the latest when absent.", valueName: "to")) var to: Int?
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let (schema, name, registry) = try schema.open(Session(home: state.directory))
        let later = try registry.version(to, of: name)
        let known = try registry.catalog.schemaVersions(of: schema.name, in: schema.registry).filter(\.isAvailable)
        guard let number = from ?? known.last(where: { $0.version < later.version })?.version else {
            return Report(
                [.line("\(schema.fullName) has one version only.")],
                json: .object([
                    "schema": .string(schema.fullName), "from": .null, "to": .number(later.version), "incompatibilities": .list([]),
                ]))
        }
        let earlier = try registry.version(number, of: name)
        let (old, new) = (try registry.document(of: earlier), try registry.document(of: later))
        var findings: [Incompatibility] = []
        for direction in [CompatibilityDirection.backward, .forward] {
            findings += try SchemaDocument.incompatibilities(old: old, new: new, direction)
        }
        let lines = SchemaLines.difference(old.text, new.text)
        let verdict = findings.isEmpty ? "Each reads data of the other." : "Not fully compatible:"
        return Report(
            [.line("\(schema.fullName): version \(earlier.version) to \(later.version)", .heading)] + lines.map { $0.block } + [
                .blank, .line(verdict, findings.isEmpty ? .good : .warning),
            ] + IncompatibilityBlocks.blocks(findings),
            json: .object([
                "schema": .string(schema.fullName), "from": .number(earlier.version), "to": .number(later.version),
                "lines": .texts(lines.map(\.text)), "incompatibilities": .list(findings.map(\.json)),
            ]))
    }
}

/// Lines that go and come between two texts.
struct SchemaLines {
    var text: String
    var isNew: Bool
    var block: Report.Block { .line("  " + text, isNew ? .good : .bad) }

    static func difference(_ old: String, _ new: String) -> [SchemaLines] {
        let before = old.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let after = new.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let changes = after.difference(from: before)
        let all = changes.removals + changes.insertions
        return all.map { change -> (Int, SchemaLines) in
            switch change {
            case .remove(let offset, let line, _): (offset, SchemaLines(text: "- " + line, isNew: false))
            case .insert(let offset, let line, _): (offset, SchemaLines(text: "+ " + line, isNew: true))
            }
        }.sorted { $0.0 == $1.0 ? !$0.1.isNew && $1.1.isNew : $0.0 < $1.0 }.map(\.1)
    }
}

struct SchemaDropCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "drop", abstract: "Forget a schema, or take one of its versions out of use.",
            discussion: """
                Examples:
                  \(program) schema drop orders --version 2 --yes
                  \(program) schema drop sales/old_orders --yes
                """)
    }

    @OptionGroup var schema: SchemaArgument
    @Option(help: ArgumentHelp("Only this version; its number and ids are not given again.", valueName: "number")) var version: Int?
    @Flag(name: .customLong("yes"), help: "Really forget it.") var isSure = false
    @OptionGroup var state: HomeOptions
    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        let (schema, name, registry) = try schema.open(Session(home: state.directory))
        let what =
            version.map { "version \($0) of schema \(schema.fullName)" }
            ?? "schema \(schema.fullName) with \(HumanText.count(schema.versionCount, "version"))"
        guard isSure else {
            throw SluiceError(
                .usage, "\(what) would be forgotten, and records that name it could not be read; nothing was done",
                remedy: "say --yes to forget it")
        }
        if let version {
            try registry.catalog.dropSchemaVersion(version, of: name.name, in: name.registry)
        } else {
            try registry.catalog.dropSchema(name.name, in: name.registry)
        }
        return Report(
            [.line("Forgot \(what).")],
            json: .object(["schema": .string(schema.fullName), "version": .number(version), "dropped": .boolean(true)]))
    }
}
