package import SluiceCore
import SluiceExpressions
package import SluicePipelines

/// Keeps one row of each key: the first or last in the order of the input or of some columns; on disk where memory does not do.
///
/// The rows come in the order of the input while they are few (`OperatorLimits.orderedGroups`), otherwise in no particular order.
package struct DeduplicateGathering: GatheringOperator {
    private let plan: DeduplicatePlan

    /// - Parameter order: what decides which row of a key is first; empty: where it stands in the input.
    package init(keys: [Int], keep: KeptDuplicate, order: [SortKey] = [], schema: Schema, resources: OperatorResources) {
        plan = DeduplicatePlan(keys, keep, order, schema, resources)
    }

    package func makePart() -> any GatheringPart { DeduplicatePart(plan) }

    package func combine(_ parts: [any GatheringPart]) throws -> GatheredResult {
        let groups = parts.compactMap { ($0 as? DeduplicatePart)?.groups }
        let streams = try GroupCombiner(plan.resources).streams(groups, plan.layout) { AggregateOutput(plan.groupSchema) }
        return GatheredResult(streams: streams.map { RowStream($0, plan) })
    }
}

/// What all parts of a deduplication share.
struct DeduplicatePlan: Sendable {
    let schema: Schema
    let keys: [Int]
    let order: [SortKey]
    let resources: OperatorResources
    private let needsOrderKey: Bool
    /// A row as one value: its columns, and the order's key where that has to be one of bytes.
    let rowType: DataType
    let layout: GroupLayout
    let groupSchema: Schema

    init(_ keys: [Int], _ keep: KeptDuplicate, _ order: [SortKey], _ schema: Schema, _ resources: OperatorResources) {
        self.schema = schema
        self.keys = keys
        self.order = order
        self.resources = resources
        needsOrderKey = !order.isEmpty && !SortDigests.areAlwaysExact(order.map { schema.fields[$0.column].type })
        let type = DataType.structure(schema.fields + (needsOrderKey ? [Field("order of rows", .binary, isNullable: false)] : []))
        rowType = type
        let rowOrder: KeptRowOrder = order.isEmpty ? .place : needsOrderKey ? .bytes(member: schema.count) : .digests(order)
        layout = GroupLayout(keyTypes: keys.map { schema.fields[$0].type }) {
            [KeptRowState(type, keepsLast: keep == .last, order: rowOrder)]
        }
        groupSchema = Schema(unchecked: keys.indices.map { Field("key\($0)", schema.fields[keys[$0]].type) } + [Field("row", type)])
    }

    /// The rows of a batch as one column.
    func rows(_ batch: Batch) -> Column {
        var columns = batch.columns
        if needsOrderKey {
            let encoder = KeyEncoder(order.map { .init(column: $0.column, isDescending: $0.isDescending, nullsFirst: $0.nullsFirst) })
            columns.append(Column(.binary, .bytes(encoder.encode(batch))))
        }
        return Column(rowType, .structure(columns, count: batch.rowCount))
    }
}

private final class DeduplicatePart: GatheringPart, @unchecked Sendable {
    private let plan: DeduplicatePlan
    let groups: SpillingGroups

    init(_ plan: DeduplicatePlan) {
        self.plan = plan
        groups = SpillingGroups(plan.layout, plan.resources)
    }

    func take(_ batch: Batch, at position: BatchPosition, rejects: inout [Reject]) throws {
        groups.store.take(plan.keys.map { batch.columns[$0] }, [plan.rows(batch)], rowCount: batch.rowCount, at: position.rawValue)
        try groups.settle()
    }
}

/// Takes the rows out of their groups.
private final class RowStream: BatchStream, @unchecked Sendable {
    private let groups: any BatchStream
    private let plan: DeduplicatePlan

    init(_ groups: any BatchStream, _ plan: DeduplicatePlan) {
        self.groups = groups
        self.plan = plan
    }

    func next(rejects: inout [Reject]) throws -> Batch? {
        guard let batch = try groups.next(rejects: &rejects), let rows = batch.columns.last,
            case .structure(let columns, _) = rows.storage
        else { return nil }
        return Batch(plan.schema, Array(columns.prefix(plan.schema.count)), rowCount: batch.rowCount)
    }
}
