import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluicePipelines

/// A table of the catalog that has no files: one of a database, or a stream. The table's format is the connector that reads it.
struct ConnectedTable {
    private let definition: TableDefinition
    private let connector: any Connector

    /// Nil for a table that has files.
    init?(_ definition: TableDefinition) {
        switch definition.format {
        case SQLiteConnector.name: connector = SQLiteConnector()
        case PostgreSQLConnector.name: connector = PostgreSQLConnector()
        case StreamConnector.name: connector = StreamConnector()
        default: return nil
        }
        self.definition = definition
    }

    /// The rows, each checked against the types that the catalog has.
    ///
    /// - Throws: what opening the system throws, placed where the table is named.
    func source(in context: ConnectorContext, at location: SourceLocation?) async throws -> any Source {
        do {
            return try await connector.source(OptionValues(try options(), at: location), in: context)
        } catch let error as SluiceError {
            var placed = error.located(at: location)
            placed.message = "table \"\(definition.name)\": \(error.message)"
            throw placed
        }
    }

    /// The error of who wants to write files into the table.
    func refusal(at location: SourceLocation?) -> SluiceError {
        SluiceError(
            .invalidOption, "table \"\(definition.name)\" has no files: it is one of the connector \(definition.format)", at: location,
            remedy: "write with the connector: sink: {\(definition.format): …}")
    }

    /// - Throws: `stateCorrupt`.
    private func options() throws(SluiceError) -> [(String, DefinitionNode)] {
        let columns = definition.columns.map { ($0.name, DefinitionNode.text($0.type.description)) }
        var entries: [(String, DefinitionNode)] = []
        var nested: [String: String] = [:]
        for (name, text) in definition.formatOptions.sorted(by: { $0.key < $1.key }) {
            if name.hasPrefix(Self.nested) {
                nested[String(name.dropFirst(Self.nested.count))] = text
            } else {
                entries.append((name, .text(text)))
            }
        }
        if let format = definition.formatOptions["format"], !nested.isEmpty {
            let values = try StoredOptions.values(nested, format: format).sorted { $0.key < $1.key }
            entries.append(("options", .mapping(values.map { ($0.key, Self.node($0.value)) })))
        }
        // PostgreSQL's values are of the types that it says.
        if definition.format != PostgreSQLConnector.name, !columns.isEmpty { entries.append(("columns", .mapping(columns))) }
        return entries
    }

    /// What the names of a record format's options begin with.
    private static let nested = "options."

    private static func node(_ value: OptionValue) -> DefinitionNode {
        switch value {
        case .boolean(let flag): .boolean(flag)
        case .integer(let number): .integer(number)
        case .text(let text): .text(text)
        case .texts(let texts): .list(texts.map { .text($0) })
        }
    }
}
