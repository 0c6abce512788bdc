import SluiceCore
import SluiceExpressions
import SluicePipelines

/// Groups and their aggregates so far. One task owns it at a time; it moves from a worker to the serial task once a split is read.
final class GroupedState: @unchecked Sendable {
    private let operation: AggregateOperation
    private let encoder: KeyEncoder
    private var table = KeyTable()
    /// For each group expression the values of the groups, in pieces, by group number.
    private var groupValues: [[Column]]
    private var states: [any AggregateState]

    init(_ operation: AggregateOperation) {
        self.operation = operation
        encoder = KeyEncoder(columns: Array(operation.groups.indices))
        groupValues = operation.groups.map { _ in [] }
        states = operation.aggregates.map { $0.makeState() }
    }

    var byteCount: Int {
        table.byteCount + groupValues.joined().reduce(0) { $0 + $1.byteCount } + states.reduce(0) { $0 + $1.byteCount }
    }

    /// Takes the rows of a batch in; rows for which an expression fails are rejected.
    func update(_ batch: Batch, rejects: inout [Reject]) throws {
        var errors = RowErrors()
        let groups = operation.groups.map { evaluated($0, batch, &errors) }
        let arguments = operation.aggregates.map { aggregate in aggregate.argument.map { evaluated($0, batch, &errors) } }
        guard errors.isEmpty else {
            let (kept, rejected) = batch.separating(errors)
            rejects.append(contentsOf: rejected)
            return try update(kept, rejects: &rejects)
        }
        let numbers = number(groups, rowCount: batch.rowCount)
        for index in states.indices {
            states[index].resize(groups: table.count)
            states[index].update(arguments[index], groups: numbers)
        }
    }

    /// Takes in the groups of a later part of the input.
    func merge(_ other: GroupedState) {
        let numbers = number(other.groupColumns(), rowCount: other.table.count)
        for index in states.indices {
            states[index].resize(groups: table.count)
            states[index].merge(other.states[index], mapping: numbers)
        }
    }

    /// The output columns (groups, then aggregates), and the groups of which an aggregate failed. Without group expressions there is one
    /// group even if there was no row.
    func finish() -> (columns: [Column], rowCount: Int, errors: RowErrors) {
        let count = operation.groups.isEmpty ? 1 : table.count
        var errors = RowErrors()
        let aggregates = states.indices.map { index in
            states[index].resize(groups: count)
            let result = states[index].finish()
            errors.merge(result.errors)
            return result.column
        }
        return (groupColumns() + aggregates, count, errors)
    }

    private func evaluated(_ expression: BoundExpression, _ batch: Batch, _ errors: inout RowErrors) -> Column {
        let result = expression.evaluate(batch)
        errors.merge(result.errors)
        return result.column
    }

    /// The group of each row; the values of new groups are kept.
    private func number(_ groups: [Column], rowCount: Int) -> [Int32] {
        var known = Int32(table.count)
        let numbers = table.numbers(of: encoder.encode(groups, rowCount: rowCount))
        var firstRows: [Int32] = []
        for (row, number) in numbers.enumerated() where number == known {
            firstRows.append(Int32(row))
            known += 1
        }
        if !firstRows.isEmpty {
            for (index, column) in groups.enumerated() { groupValues[index].append(column.gather(firstRows)) }
        }
        return numbers
    }

    private func groupColumns() -> [Column] {
        zip(operation.groups, groupValues).map { expression, pieces in
            pieces.isEmpty ? .nulls(expression.type, count: 0) : .concatenated(pieces)
        }
    }
}
