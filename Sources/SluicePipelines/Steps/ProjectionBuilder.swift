import SluiceCore
import SluiceExpressions

/// Collects the output columns of a projection over one input.
struct ProjectionBuilder {
    let input: Schema
    private var columns: [(field: Field, projection: Projection)] = []
    /// Names of columns that are expressions.
    private(set) var computed: Set<String> = []

    init(over input: Schema) { self.input = input }

    /// Starts with all columns of the input.
    init(passing input: Schema) {
        self.input = input
        columns = input.fields.enumerated().map { ($1, .input($0)) }
    }

    /// Appends an input column under a name.
    mutating func append(_ position: Int, as name: String) {
        var field = input.fields[position]
        field.name = name
        columns.append((field, .input(position)))
    }

    /// Replaces the output column of this name, or appends one.
    mutating func set(_ name: String, _ expression: BoundExpression) {
        computed.insert(name)
        let column = (Field(name, expression.type, isNullable: expression.isNullable), Projection.expression(expression))
        if let index = columns.firstIndex(where: { $0.field.name == name }) { columns[index] = column } else { columns.append(column) }
    }

    /// Puts the columns into the order of names, those that are not among them last.
    mutating func arrange(by names: [String]) {
        if names.isEmpty { return }
        let ranks = Dictionary(zip(names.map { ExactText($0) }, names.indices), uniquingKeysWith: { first, _ in first })
        let placed = columns.enumerated().map { (ranks[ExactText($1.field.name)] ?? names.count, $0, $1) }
        columns = placed.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
    }

    func contains(_ name: String) -> Bool { columns.contains { $0.field.name == name } }

    func schema() throws(SluiceError) -> Schema { try Schema(columns.map(\.field)) }

    func plan(_ summary: String) throws(SluiceError) -> StepPlan {
        StepPlan(operation: .project(columns.map(\.projection)), outputSchema: try schema(), summary: summary)
    }
}
