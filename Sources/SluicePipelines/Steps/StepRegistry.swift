import SluiceCore

/// The steps that a definition can name, in the order in which the reference shows them.
package enum StepRegistry {
    package static let steps: [any StepDefinition.Type] = [
        FilterStep.self, DeriveStep.self, SelectStep.self, DropStep.self, RenameStep.self, CastStep.self, FillStep.self, LimitStep.self,
        SortStep.self, UnionStep.self, DeduplicateStep.self, AggregateStep.self, WindowStep.self, PivotStep.self, UnpivotStep.self,
        ExplodeStep.self,
        FlattenStep.self, RelationalizeStep.self, ResolveStep.self, JoinStep.self, MaskStep.self, SampleStep.self, AssertStep.self,
        QualityStep.self, SQLStep.self,
        ExecStep.self, SwiftStep.self,
    ]

    package static var keys: [String] { steps.map { $0.manual.key } }

    /// Reads one item of `steps`: a mapping with one key, the step's.
    ///
    /// - Throws: `unknownStep` with the nearest name, or everything that is wrong with the step's arguments, placed.
    package static func step(from node: DefinitionNode, connectors: ConnectorRegistry) throws -> any StepDefinition {
        guard case .mapping(let entries) = node.content, let entry = entries.first else {
            if case .scalar(let text, _) = node.content, keys.contains(text) {
                throw node.wrongType("a step with its arguments", remedy: "for example: " + (example(of: text) ?? ""))
            }
            throw node.wrongType("a step: one key with its arguments", remedy: "for example: - filter: amount > 0")
        }
        guard let type = steps.first(where: { $0.manual.key == entry.key }) else {
            throw SluiceError(
                .unknownStep, "unknown step \(entry.key.quotedForMessage)", at: entry.keyLocation,
                remedy: Suggestion.remedy(for: entry.key, in: keys, noun: "steps"))
        }
        if entries.count > 1 {
            throw SluiceError(
                .unknownKey, "a step has one key, but \(entries[1].key.quotedForMessage) stands beside \"\(entry.key)\"",
                at: entries[1].keyLocation,
                remedy: keys.contains(entries[1].key) ? "begin it as a step of its own with \"- \"" : "indent it under \"\(entry.key):\"")
        }
        let errors = type.manual.arguments.errors(in: entry.value, connectors: connectors)
        if !errors.isEmpty { throw DefinitionErrors(errors) }
        return try type.init(from: entry.value)
    }

    private static func example(of key: String) -> String? { steps.first { $0.manual.key == key }?.manual.examples.first }
}
