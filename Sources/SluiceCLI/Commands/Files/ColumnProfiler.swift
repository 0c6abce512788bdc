import SluiceCatalog
import SluiceConnectors
import SluiceCore
import SluiceEngine
import SluicePipelines
import SluiceLog

/// What the rows of a file show of its columns.
struct ColumnProfile: Sendable {
    struct Column: Sendable {
        var name: String
        var type: DataType
        /// Nil: not counted.
        var nullCount: Int64?
        var minimum: Value?
        var maximum: Value?
        /// The first different values.
        var examples: [Value] = []
    }

    var columns: [Column]
    /// Rows that were read and could be.
    var rowCount: Int64?
    /// Whether these are all.
    var isWhole = false
    var rejected: Int64 = 0
    var rejects: [DeadLetter] = []
    var notices: [String]
}

/// Reads a file with the engine: examples from its start, counts and bounds from all of it.
struct ColumnProfiler: Sendable {
    let file: InspectedFile
    let spooled: SpooledInputs

    /// - Parameters:
    ///   - limit: rows to read at most; nil: all.
    ///   - isShallow: only names and types are wanted.
    func profile(limit: Int?, isShallow: Bool) async throws -> ColumnProfile {
        let head = CollectedRows()
        let start = try await plan([("limit", .integer(InspectionLimits.exampleRows))], into: head)
        var profile = ColumnProfile(
            columns: start.outputSchema.fields.map { ColumnProfile.Column(name: $0.name, type: $0.type) }, notices: start.notices)
        if isShallow { return profile }
        _ = try await run(start)
        for (index, _) in profile.columns.enumerated() { profile.columns[index].examples = examples(head.rows.map { $0.columns[index] }) }

        let totals = CollectedRows()
        var steps = [("aggregate", DefinitionNode.mapping([("columns", .mapping(aggregates(profile.columns)))]))]
        if let limit { steps.insert(("limit", .integer(limit)), at: 0) }
        let summary = try await run(try await plan(steps, into: totals))
        profile.rejected = summary.report.deadLetters
        profile.rejects = summary.deadLetters
        guard let row = totals.rows.first(where: { $0.rowCount > 0 }) else { return profile }
        take(row, into: &profile)
        profile.isWhole = limit.map { (profile.rowCount ?? 0) < Int64($0) } ?? true
        return profile
    }

    private func plan(_ steps: [(String, DefinitionNode)], into rows: CollectedRows) async throws -> LogicalPlan {
        let connectors = ConnectorRegistry.inspection(spooled, into: rows)
        let context = PlanContext(
            connectors: connectors,
            connection: ConnectorContext(
                catalog: nil, streams: StreamStore(directory: ".sluice/streams"), pipeline: "inspect", directory: ".", home: ".sluice"))
        let argument = DefinitionNode.text(file.path == SpooledInput.name ? "-" : file.path)
        let source: [(String, DefinitionNode)] = [("files", .list([argument]))] + file.options
        let definition = PipelineDefinition(
            name: "inspect", source: EndDefinition(connector: "files", options: OptionValues(source)),
            steps: try steps.map { try StepRegistry.step(from: .mapping([$0]), connectors: connectors) },
            sink: EndDefinition(connector: "memory", options: OptionValues([])), onError: .skip, text: "", directory: ".")
        return try await Planner.plan(definition, in: context)
    }

    private func run(_ plan: LogicalPlan) async throws -> ConversionSummary {
        try await ConversionRunner(streams: StreamStore(directory: ".sluice/streams")).run(plan, deadLetters: "")
    }

    // MARK: Counts and bounds

    private func aggregates(_ columns: [ColumnProfile.Column]) -> [(String, DefinitionNode)] {
        var aggregates = [("rows", DefinitionNode.text("count(*)"))]
        for (index, column) in columns.enumerated() {
            let name = "\"" + column.name.replacing("\"", with: "\"\"") + "\""
            aggregates.append(("count_\(index)", .text("count(\(name))")))
            guard column.hasBounds else { continue }
            aggregates.append(("min_\(index)", .text("min(\(name))")))
            aggregates.append(("max_\(index)", .text("max(\(name))")))
        }
        return aggregates
    }

    private func take(_ row: Batch, into profile: inout ColumnProfile) {
        func value(_ name: String) -> Value? { row.schema.index(of: name).map { row.columns[$0][0] } }
        guard case .integer(let rows)? = value("rows") else { return }
        profile.rowCount = rows
        for index in profile.columns.indices {
            if case .integer(let filled)? = value("count_\(index)") { profile.columns[index].nullCount = rows - filled }
            profile.columns[index].minimum = value("min_\(index)").flatMap { $0.isNull ? nil : $0 }
            profile.columns[index].maximum = value("max_\(index)").flatMap { $0.isNull ? nil : $0 }
        }
    }

    private func examples(_ columns: [Column]) -> [Value] {
        var examples: [Value] = []
        for column in columns {
            for row in 0..<column.count where !column.isNull(row) {
                let value = column[row]
                if examples.contains(value) { continue }
                examples.append(value)
                if examples.count == InspectionLimits.examples { return examples }
            }
        }
        return examples
    }
}

extension ColumnProfile.Column {
    /// Whether values have an order that says something.
    var hasBounds: Bool {
        switch type {
        case .null, .binary, .list, .structure, .map, .choice: false
        default: true
        }
    }
}
