import SluiceCore
import SluiceExpressions

/// Turns a contract into steps before the sink: rules that rows must keep, then the columns that are written.
struct ContractPlanner {
    private let sink: SinkContract
    private let input: Schema
    private var contract: SchemaContract { sink.contract }

    init(_ sink: SinkContract, input: Schema) {
        self.sink = sink
        self.input = input
    }

    /// None where the contract has nothing against the rows.
    ///
    /// - Throws: `contractBroken` for what is known before a row is read.
    func plan() throws -> [StepPlan] {
        guard let target = sink.schema else { return try planMissingTable() }
        let added = input.fields.filter { target[$0.name] == nil && !sink.passing.contains($0.name) }
        let changed = input.fields.filter { field in target[field.name].map { $0.type != field.type } ?? false }
        try checkColumns(added, target)
        var rules: [AssertOperation.Rule] = []
        if contract.columns == .discardRow { rules += try added.map(newColumn) }
        if contract.types == .freeze || contract.types == .discardRow { rules += try changed.compactMap { try changedType($0, target) } }
        var plans: [StepPlan] = []
        if !rules.isEmpty {
            let names = (contract.columns == .discardRow ? added : []).map(\.name) + (contract.types == .evolve ? [] : changed.map(\.name))
            plans.append(
                StepPlan(
                    operation: .assert(AssertOperation(rules: rules)), outputSchema: input,
                    summary: "rows are as the contract of \(sink.table) says: " + names.joined(separator: ", ")))
        }
        if contract.columns == .evolve, contract.types == .evolve || changed.isEmpty { return plans }
        return plans + (try projection(target).map { [$0] } ?? [])
    }

    private func planMissingTable() throws -> [StepPlan] {
        switch contract.tables {
        case .evolve: return []
        case .freeze:
            throw SluiceError(
                .contractBroken, "\(sink.table) is not there, and its contract does not let a run make it", at: sink.location,
                remedy: "declare the table with `catalog apply`, or write tables: evolve")
        case .discardRow, .discardValue:
            let rule = try self.rule("\(sink.table) is there", "false", .keep)
            return [
                StepPlan(
                    operation: .assert(AssertOperation(rules: [rule])), outputSchema: input,
                    summary: "\(sink.table) is not there, and its contract does not let a run make it")
            ]
        }
    }

    private func checkColumns(_ added: [Field], _ target: Schema) throws(SluiceError) {
        guard contract.columns == .freeze, let first = added.first else { return }
        let names = added.prefix(8).map(\.name.quotedForMessage).joined(separator: ", ")
        let near = Suggestion.nearest(to: first.name, in: target.names).map { "is \($0.quotedForMessage) meant? otherwise " } ?? ""
        throw SluiceError(
            .contractBroken, "\(sink.table) has no column \(names), and its contract does not let a run add one", at: sink.location,
            remedy: near + "drop the column before the sink, or write columns: evolve or discard_value")
    }

    // MARK: Rules

    private func newColumn(_ field: Field) throws -> AssertOperation.Rule {
        try rule("\(field.name) is no column of \(sink.table)", "\(QuotedName.of(field.name)) IS NULL", .keep)
    }

    /// Every value is one of the table's type; nil where each is.
    private func changedType(_ field: Field, _ target: Schema) throws -> AssertOperation.Rule? {
        guard let type = target[field.name]?.type else { return nil }
        let name = QuotedName.of(field.name)
        let condition = isCastable(field, to: type) ? "\(name) IS NULL OR TRY_CAST(\(name) AS \(type)) IS NOT NULL" : "\(name) IS NULL"
        return try rule("\(field.name) is \(type)", condition, contract.types == .freeze ? .fail : .keep)
    }

    private func rule(_ name: String, _ condition: String, _ handling: RowError.Handling) throws -> AssertOperation.Rule {
        AssertOperation.Rule(
            name: name, text: condition, condition: try Expression(parsing: condition).bindPredicate(to: input), failure: .reject(handling))
    }

    private func isCastable(_ field: Field, to type: DataType) -> Bool {
        (try? Expression(parsing: "TRY_CAST(\(QuotedName.of(field.name)) AS \(type))").bind(to: input)) != nil
    }

    // MARK: What is written

    /// The table's columns in its order, and behind them new ones where it may get them; nil where the rows are so.
    private func projection(_ target: Schema) throws -> StepPlan? {
        var builder = ProjectionBuilder(over: input)
        for column in target.fields {
            guard let position = input.index(of: column.name) else {
                if sink.fillsMissing { builder.set(column.name, try expression("CAST(NULL AS \(column.type))")) }
                continue
            }
            let field = input.fields[position]
            if field.type == column.type || contract.types == .evolve {
                builder.append(position, as: column.name)
            } else if isCastable(field, to: column.type) {
                builder.set(column.name, try expression("TRY_CAST(\(QuotedName.of(column.name)) AS \(column.type))"))
            } else {
                builder.set(column.name, try expression("CAST(NULL AS \(column.type))"))
            }
        }
        for (position, field) in input.fields.enumerated() where target[field.name] == nil {
            if contract.columns == .evolve || sink.passing.contains(field.name) { builder.append(position, as: field.name) }
        }
        let schema = try builder.schema()
        if schema.names == input.names, schema.fields.map(\.type) == input.fields.map(\.type) { return nil }
        return try builder.plan("the columns of \(sink.table)")
    }

    private func expression(_ text: String) throws -> BoundExpression { try Expression(parsing: text).bind(to: input) }
}
