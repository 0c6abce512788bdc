import SluiceCatalog
import SluiceCore
import SluiceExpressions
package import SluiceQuality

/// A rule set that is bound to a table: a file in `catalog/`, or what a command was given.
package struct RuleSetDefinition: Sendable {
    package var name: String
    package var table: String
    package var rules: RuleText
    package var onFail: QualityOperation.Outcome
    package var composition: RuleComposition
    /// What becomes of checks whose columns or datasets are not there.
    package var unbound = UnboundChecks.refused
    private let window: QualityWindowDefinition?
    /// Other sources that rules compare with; a dataset that is not among them is a table of the catalog.
    private let references: [DefinitionNode.Entry]
    /// Tables that rules call by other names.
    private let tables: [String: String]
    private let location: SourceLocation?

    package static let keys = [
        OptionSpecification("quality", .name, isRequired: true, "The rule set's name.", examples: ["orders"]),
        OptionSpecification("table", .string, isRequired: true, "The table that the rules are about.", examples: ["sales.orders"]),
        OptionSpecification("description", .string, "What the rules are for."),
        OptionSpecification("rules", .string, "The rules: `Rules = [ … ]`, or only what stands between the brackets."),
        OptionSpecification("file", .string, "Instead of rules: a file of them, relative to this one.", examples: ["orders.dqdl"]),
        OptionSpecification(
            "references", .mapping(key: "name", .source, minimum: 1),
            "Other sources that rules compare with, by their names in the rules; other names are tables.",
            examples: ["{customers: {files: customers.csv}}"]),
        OptionSpecification(
            "on_fail", .enumeration(QualityOperation.Outcome.allCases.map(\.rawValue)), default: "fail",
            "Whether `sluice quality run` ends with 1 when a rule is not passed."),
        OptionSpecification(
            "composition", .enumeration(RuleComposition.allCases.map(\.rawValue)), default: "column", "How `and` and `or` are judged."),
        QualityWindowDefinition.option(
            "Judges the rules for each window of time that has ended since the last one that was judged, and not for the whole table."),
    ]

    /// Rules for one evaluation.
    ///
    /// - Parameter references: Tables by the names that rules give them; other names are those of tables.
    package init(name: String, table: String, rules: RuleText, references tables: [String: String] = [:]) {
        self.name = name
        self.table = table
        self.rules = rules
        onFail = .fail
        composition = .column
        window = nil
        references = []
        self.tables = tables
        location = nil
    }

    /// - Throws: everything that is wrong with the file, placed.
    init(from root: DefinitionNode, directory: String, connectors: ConnectorRegistry) throws {
        let errors = ValueShape.object(Self.keys).errors(in: root, connectors: connectors)
        if !errors.isEmpty { throw DefinitionErrors(errors) }
        name = try root.require("quality").string()
        let table = try root.require("table")
        do throws(SluiceError) {
            self.table = try TableName(parsing: try table.string()).description
        } catch {
            throw error.located(at: table.location)
        }
        switch (root[key: "rules"], root[key: "file"]) {
        case (let rules?, nil): self.rules = try RuleText(rules)
        case (nil, let file?):
            let path = try file.string()
            rules = try RuleText(path: path.hasPrefix("/") || directory == "." ? path : directory + "/" + path)
        case (_?, let file?): throw file.invalid("rules stand in this file and in another", remedy: "leave out one of them")
        case (nil, nil): throw root.missing("rules", remedy: "for example: rules: RowCount > 0")
        }
        onFail = try root[key: "on_fail"]?.enumeration(QualityOperation.Outcome.self) ?? .fail
        composition = try root[key: "composition"]?.enumeration(RuleComposition.self) ?? .column
        references = try root[key: "references"]?.mapping() ?? []
        tables = [:]
        window = try root[key: "window"].map { try QualityWindowDefinition(from: $0) }
        location = table.location
    }

    /// Opens the table and the other datasets, and binds the rules.
    ///
    /// - Throws: placed errors in the rules, and what opening throws.
    package func plan(in context: PlanContext) async throws -> (source: PlannedSource, operation: QualityOperation) {
        let sources = try await sources(in: context)
        let opened = try await context.open(Self.tableEnd(table, at: location))
        let schema = opened.source.schema
        let catalog = context.connection.catalog
        var operation = QualityOperation(
            ruleSet: rules.ruleSet, subject: table, name: name, composition: composition, references: sources, failingRows: .keep,
            onFail: onFail, columns: nil
        ) { [table, name] figure, count in
            try catalog?.figureHistory(subject: table, ruleSet: name, figure: figure, limit: count) ?? []
        }
        operation.unbound = unbound
        do {
            operation.columns = try operation.bound(to: schema, nowMicros: 0).columns
        } catch let error as ExpressionError {
            throw rules.placed(error)
        }
        let times = try window?.bound(to: schema).time.columns ?? []
        var columns = operation.columns.map { Set($0 + times).sorted().map { schema.fields[$0].name } } ?? schema.names
        // Something must say how many rows there are.
        if columns.isEmpty, let first = schema.names.first { columns = [first] }
        let source = try opened.planned(columns)
        operation.window = try window?.bound(to: source.schema)
        return (source, operation)
    }

    /// The datasets that rules compare with.
    private func sources(in context: PlanContext) async throws -> [(name: String, source: PlannedSource)] {
        var sources: [(name: String, source: PlannedSource)] = []
        for reference in references {
            let opened = try await context.open(reference.value)
            sources.append((reference.key, try opened.planned(opened.source.schema.names)))
        }
        func isOpen(_ name: String) -> Bool { sources.contains { $0.name == name } }
        func open(_ name: String) async throws {
            let opened = try await context.open(Self.tableEnd(tables[name] ?? name))
            sources.append((name, try opened.planned(opened.source.schema.names)))
        }
        for dataset in rules.ruleSet.referencedDatasets where !isOpen(dataset.text) {
            do {
                try await open(dataset.text)
            } catch let error as SluiceError where error.code == .notFound || error.code == .invalidOption {
                if unbound == .failed { continue }
                let remedy = "declare it under `references`, or name a table of the catalog"
                throw rules.placed(
                    ExpressionError(.notFound, "there is no dataset \"\(dataset.text)\" to compare with", dataset.range, remedy: remedy))
            }
        }
        // The name in front of a column may be that of a column around it.
        for dataset in rules.ruleSet.mentionedDatasets where !isOpen(dataset.text) {
            let table = try? TableName(parsing: tables[dataset.text] ?? dataset.text)
            if let table, try context.connection.catalog?.findTable(table) != nil { try await open(dataset.text) }
        }
        return sources
    }

    private static func tableEnd(_ name: String, at location: SourceLocation? = nil) -> EndDefinition {
        EndDefinition(connector: "table", options: OptionValues([("table", .text(name))], at: location), location: location)
    }
}

/// Reads rule sets from a folder of declarations.
package enum RuleSetLoader {
    /// The rule sets below a folder, by path: every YAML file that has the key `quality`.
    ///
    /// - Throws: what is wrong with one of them, placed.
    package static func load(directory: String, connectors: ConnectorRegistry) throws -> [RuleSetDefinition] {
        try DeclarationFiles.files(below: directory, with: "quality").map { file in
            try RuleSetDefinition(from: file.root, directory: file.directory, connectors: connectors)
        }
    }
}
