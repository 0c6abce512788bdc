import SluiceCore
import SluicePipelines

/// A definition around `steps` (YAML list items, unindented), from the file `source` to a table.
func definitionText(_ steps: String = "", source: String = "flights.csv", more: String = "") -> String {
    let indented = steps.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  " + $0 }.joined(
        separator: "\n")
    return """
        name: test
        source: {files: \(source)}
        \(more.isEmpty ? "" : more + "\n")sink: {table: out.test}

        """ + (steps.isEmpty ? "" : "steps:\n\(indented)\n")
}

func load(_ text: String) throws -> PipelineDefinition {
    try PipelineLoader.load(text: text, path: "p.yaml", directory: ".", connectors: TestConnectors.registry)
}

func plan(_ text: String, closures: ClosureRegistry = ClosureRegistry()) async throws -> LogicalPlan {
    try await Planner.plan(try load(text), in: TestConnectors.context(closures: closures))
}

/// `code line:column` of each error that loading and planning `text` gives; empty when there is none.
func errors(_ text: String) async -> [SluiceError] {
    do {
        _ = try await plan(text)
        return []
    } catch {
        return DefinitionErrors.list(error) ?? [SluiceError(.jobFailed, "\(error)")]
    }
}

extension SluiceError {
    /// `unknown-key 3:5`.
    var brief: String {
        guard case .file(_, let line?, let column?) = location else { return "\(code) -" }
        return "\(code) \(line):\(column)"
    }
}

extension Schema {
    /// `a int64, b string`.
    var text: String { fields.map { "\($0.name) \($0.type)" }.joined(separator: ", ") }
}

extension LogicalPlan {
    var columns: String { outputSchema.names.joined(separator: " ") }
}
