import ArgumentParser
import SluiceConnectors
import SluiceCore
import SluicePipelines
import SluiceSaaS

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Keep schemas of records in versions, and print those of pipelines, flows and connectors.",
        subcommands: [
            SchemaListCommand.self, SchemaShowCommand.self, SchemaRegisterCommand.self, SchemaCheckCommand.self, SchemaVersionsCommand.self,
            SchemaDiffCommand.self, SchemaCompatCommand.self, SchemaDropCommand.self, SchemaDecodeCommand.self, SchemaPipelineCommand.self,
            SchemaFlowCommand.self, SchemaConnectorCommand.self,
        ])
}

struct SchemaPipelineCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "pipeline", abstract: "Print the JSON Schema of pipeline definitions.",
            discussion: """
                \(program) schema pipeline > pipeline.schema.json

                An editor with a YAML language server uses it in files that begin with
                # yaml-language-server: $schema=../pipeline.schema.json
                """)
    }

    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        .jsonSchema(DefinitionSchema.value(connectors: Invocation.current.connectors))
    }
}

struct SchemaFlowCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "flow", abstract: "Print the JSON Schema of flows.",
            discussion: """
                \(program) schema flow > flow.schema.json
                """)
    }

    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        .jsonSchema(DefinitionSchema.flowValue(connectors: .standard))
    }
}

struct SchemaConnectorCommand: ReportingCommand {
    static var configuration: CommandConfiguration {
        let program = Invocation.current.programName
        return CommandConfiguration(
            commandName: "connector", abstract: "Print the JSON Schema of the YAML that declares a service.",
            discussion: """
                \(program) schema connector > connector.schema.json
                """)
    }

    @OptionGroup var output: OutputOptions

    func report() async throws -> Report {
        .jsonSchema(DeclarationPage.schema)
    }
}

extension Report {
    /// A JSON Schema, as text for a file.
    fileprivate static func jsonSchema(_ schema: Value) -> Report { Report([.verbatim(PrettyJSON.text(schema))], json: schema) }
}
