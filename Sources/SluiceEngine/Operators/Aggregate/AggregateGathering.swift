package import SluiceCore
import SluiceExpressions
package import SluicePipelines

/// Groups rows and computes aggregates: a hash table a worker, put together partition by partition, on disk where memory does not do.
///
/// The groups come in the order of their first rows while they are few (`OperatorLimits.orderedGroups`), otherwise in no particular order.
package struct AggregateGathering: GatheringOperator {
    private let operation: AggregateOperation
    private let outputSchema: Schema
    private let resources: OperatorResources
    private let layout: GroupLayout
    /// For each aggregate over different values only, groups whose keys are the aggregate's groups and the value.
    private let distinctLayouts: [GroupLayout?]

    package init(_ operation: AggregateOperation, outputSchema: Schema, resources: OperatorResources) {
        self.operation = operation
        self.outputSchema = outputSchema
        self.resources = resources
        let keyTypes = operation.groups.map(\.type)
        layout = GroupLayout(keyTypes: keyTypes, aggregates: operation.aggregates)
        distinctLayouts = operation.aggregates.map { aggregate in
            aggregate.isDistinct ? GroupLayout(keyTypes: keyTypes + [aggregate.argument?.type ?? .null], aggregates: []) : nil
        }
    }

    package func makePart() -> any GatheringPart { AggregatePart(operation, layout, distinctLayouts, resources) }

    package func combine(_ parts: [any GatheringPart]) throws -> GatheredResult {
        let parts = parts.compactMap { $0 as? AggregatePart }
        var groups = parts.map(\.groups)
        for (index, layout) in distinctLayouts.enumerated() where layout != nil {
            groups.append(try feed(index, parts.compactMap { $0.distinct[index] }))
        }
        return GatheredResult(
            streams: try GroupCombiner(resources).streams(groups, layout) { AggregateOutput(outputSchema) })
    }

    /// Groups that took each different value of one aggregate once.
    private func feed(_ index: Int, _ parts: [SpillingGroups]) throws -> SpillingGroups {
        let groups = SpillingGroups(layout, resources)
        guard let layout = distinctLayouts[index] else { return groups }
        let schema = Schema(unchecked: layout.keyTypes.enumerated().map { Field("key\($0)", $1) })
        let keyCount = layout.keyTypes.count - 1
        for stream in try GroupCombiner(resources).streams(parts, layout, output: { AggregateOutput(schema) }) {
            var rejects: [Reject] = []
            while let batch = try stream.next(rejects: &rejects) {
                var arguments = [Column?](repeating: nil, count: distinctLayouts.count)
                arguments[index] = batch.columns[keyCount]
                // No row of the input stands behind these, so every group's first row is one of the others.
                groups.store.take(
                    Array(batch.columns[..<keyCount]), arguments, rowCount: batch.rowCount, at: .max, feeding: index)
                try groups.settle()
            }
        }
        return groups
    }
}

/// One worker's groups.
final class AggregatePart: GatheringPart, @unchecked Sendable {
    private let operation: AggregateOperation
    let groups: SpillingGroups
    /// For each aggregate over different values only, its groups and values.
    let distinct: [SpillingGroups?]

    init(_ operation: AggregateOperation, _ layout: GroupLayout, _ distinctLayouts: [GroupLayout?], _ resources: OperatorResources) {
        self.operation = operation
        groups = SpillingGroups(layout, resources)
        distinct = distinctLayouts.map { $0.map { SpillingGroups($0, resources) } }
    }

    func take(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws {
        var errors = RowErrors()
        let keys = operation.groups.map { evaluated($0, batch, &errors) }
        var arguments = operation.aggregates.map { aggregate in aggregate.argument.map { evaluated($0, batch, &errors) } }
        guard errors.isEmpty else {
            let (kept, rejected) = batch.separating(errors)
            rejects.append(contentsOf: rejected)
            if kept.rowCount > 0 { try take(kept, at: position, rejects: &rejects) }
            return
        }
        for (index, values) in distinct.enumerated() {
            guard let values, let argument = arguments[index] else { continue }
            try take(keys, argument, batch.rowCount, position, into: values)
            arguments[index] = .nulls(.null, count: batch.rowCount)
        }
        groups.store.take(keys, arguments, rowCount: batch.rowCount, at: position.rawValue)
        try groups.settle()
    }

    /// Takes the values that are not null, with their groups.
    private func take(
        _ keys: [Column], _ argument: Column, _ rowCount: Int, _ position: BatchPosition, into values: SpillingGroups
    ) throws {
        if argument.type == .null { return }
        var columns = keys + [argument]
        if let validity = argument.validity {
            let rows = validity.setPositions
            if rows.isEmpty { return }
            columns = columns.map { $0.gather(rows) }
        }
        values.store.take(columns, rowCount: argument.count - argument.nullCount, at: position.rawValue)
        try values.settle()
    }

    private func evaluated(_ expression: BoundExpression, _ batch: Batch, _ errors: inout RowErrors) -> Column {
        let result = expression.evaluate(batch)
        errors.merge(result.errors)
        return result.column
    }
}
