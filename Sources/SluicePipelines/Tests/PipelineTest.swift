package import SluiceCatalog
package import SluiceCore

/// One test of a pipeline: what its sources hold, and what must come out.
package struct PipelineTest: Sendable {
    /// How the pipeline is run.
    package enum Mode: String, Sendable, CaseIterable {
        /// Over all pieces of the inputs at once.
        case batch
        /// A run for each piece, which goes on behind the one before.
        case epochs
    }

    /// What the catalog says of a table.
    package struct Table: Sendable {
        package var name: TableName
        package var columns: [CatalogColumn]
        package var location: SourceLocation?
    }

    package var name: String
    package var parameters: [GivenParameter]
    /// Variables that `${env:NAME}` finds before those of the process.
    package var environment: [String: String]
    /// What the clock says for the whole test, in microseconds since 1970; nil: the system's.
    package var nowMicros: Int64?
    package var modes: [Mode]
    package var inputs: [TestInput]
    /// Tables of the catalog whose types steps take.
    package var tables: [Table]
    package var expectation: TestExpectation?
    /// The item of `tests`.
    package let node: DefinitionNode

    /// - Throws: what is wrong with the item beyond its shape, placed.
    init(from node: DefinitionNode) throws {
        self.node = node
        name = try node.require("name").string()
        parameters = try node[key: "parameters"].map { try GivenParameter.parameters(in: $0) } ?? []
        var environment: [String: String] = [:]
        for entry in try node[key: "environment"]?.mapping() ?? [] { environment[entry.key] = try entry.value.string() }
        self.environment = environment
        nowMicros = try node[key: "now"].map(Self.time)
        modes =
            try node[key: "run"].map { try $0.choice(of: TestSpecification.runs) == "both" ? Mode.allCases : [$0.enumeration(Mode.self)] }
            ?? [.batch]
        inputs = try node[key: "inputs"]?.mapping().map { try TestInput($0) } ?? []
        tables = try node[key: "tables"]?.mapping().map { try Self.table($0) } ?? []
        expectation = try node[key: "expect"].map { try TestExpectation(from: $0) }
    }

    private static func table(_ entry: DefinitionNode.Entry) throws(SluiceError) -> Table {
        var columns: [CatalogColumn] = []
        for column in try entry.value.mapping() { columns.append(CatalogColumn(column.key, try column.value.dataType())) }
        do throws(SluiceError) {
            return Table(name: try TableName(parsing: entry.key), columns: columns, location: entry.keyLocation)
        } catch {
            throw error.located(at: entry.keyLocation)
        }
    }

    private static func time(_ node: DefinitionNode) throws(SluiceError) -> Int64 {
        var text = try node.string()
        guard let time = text.withUTF8({ TimeText.timestamp($0) }) else {
            throw node.invalid("\(node.path) is no time", remedy: "write it as \(ParameterType.timestamp.wanted)")
        }
        return time.utcMicros
    }
}
