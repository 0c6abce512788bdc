import SluiceCore
import SluiceExpressions
import SluicePipelines

/// `--select "a, b, a + b AS c"` as a step.
enum SelectArgument {
    /// A column of the list: its name, and what it is.
    private struct Column {
        var name: String
        var node: DefinitionNode
        /// The expression as it was written.
        var text: String

        func twice(_ message: String) -> SluiceError {
            SluiceError(.duplicateColumn, message, at: node.location, remedy: "give it another name: \(text) AS other")
        }
    }

    /// - Returns: nil where all columns are kept as they are.
    /// - Throws: `syntaxError`; `duplicateColumn`, placed in the list.
    static func step(_ document: DefinitionDocument) throws -> (any StepDefinition)? {
        let list: SelectList
        do {
            list = try SelectList(parsing: document.text)
        } catch {
            let node = DefinitionNode.argument(document.text, of: document)
            throw SluiceError(error.code, error.message, at: node.location(ofScalar: error.range.lowerBound), remedy: error.remedy)
        }
        // A column without `AS` is called by its text.
        let columns = list.items.map { item in
            Column(
                name: item.alias ?? item.expression.soleColumn ?? item.expression.text,
                node: .argument(item.expression.text, of: document, at: item.start), text: item.expression.text)
        }
        var seen: Set<ExactText> = []
        for column in columns where !seen.insert(ExactText(column.name)).inserted {
            throw column.twice("column \(column.name.quotedForMessage) is selected twice")
        }
        if list.keepsAll { return columns.isEmpty ? nil : try AddingStep(columns) }
        return try SelectStep(
            from: .list(
                zip(list.items, columns).map { item, column in
                    if item.alias == nil, let name = item.expression.soleColumn { return .argument(name, of: document, at: item.start) }
                    return mapping([column])
                }))
    }

    private static func mapping(_ columns: [Column]) -> DefinitionNode {
        var node = DefinitionNode(.mapping(columns.map { .init(key: $0.name, keyLocation: $0.node.location, value: $0.node) }))
        node.location = columns.first?.node.location
        return node
    }

    /// `*` with further columns behind: none of them may be one that `*` has.
    private struct AddingStep: StepDefinition {
        static var manual: StepManual { DeriveStep.manual }
        private let base: DeriveStep
        private let columns: [Column]

        init(from node: DefinitionNode) throws {
            base = try DeriveStep(from: node)
            columns = []
        }

        init(_ columns: [Column]) throws {
            base = try DeriveStep(from: mapping(columns))
            self.columns = columns
        }

        var location: SourceLocation? { base.location }

        func plan(_ input: Schema, in context: PlanContext) throws -> StepPlan {
            for column in columns where input.index(of: column.name) != nil {
                var error = column.twice("column \(column.name.quotedForMessage) is selected twice: * has it already")
                error.remedy = (error.remedy ?? "") + ", or name the columns that you want instead of *"
                throw error
            }
            return try base.plan(input, in: context)
        }
    }
}
