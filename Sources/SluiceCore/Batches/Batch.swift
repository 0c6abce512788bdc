/// The unit of data in motion: some thousand rows, a column for each field of the schema, and where each row came from.
///
/// - Invariant: every column has `rowCount` rows and its field's type; `origin`, when there, has `rowCount` positions.
public struct Batch: Sendable {
    public let schema: Schema
    public private(set) var columns: [Column]
    public let rowCount: Int
    /// Nil once rows no longer correspond to single input records (after an aggregation, for example).
    public var origin: Origin?
    /// Where each row stood among those that were read together, for whoever must compare rows with rejects; nil where nobody has to.
    public var ordinals: Origin.Positions?

    public init(_ schema: Schema, _ columns: [Column], rowCount: Int, origin: Origin? = nil, ordinals: Origin.Positions? = nil) {
        precondition(columns.count == schema.count, "\(columns.count) columns for \(schema.count) fields")
        assert(zip(columns, schema.fields).allSatisfy { $0.count == rowCount && $0.type == $1.type }, "a column does not fit its field")
        self.schema = schema
        self.columns = columns
        self.rowCount = rowCount
        self.origin = origin
        self.ordinals = ordinals
    }

    public subscript(name: String) -> Column? { schema.index(of: name).map { columns[$0] } }

    public var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }

    /// The rows at `positions`, in that order.
    public func gather(_ positions: [Int32]) -> Batch {
        Batch(
            schema, columns.map { $0.gather(positions) }, rowCount: positions.count, origin: origin?.gather(positions),
            ordinals: ordinals?.gather(positions))
    }

    /// The rows whose bit is set.
    public func filter(_ selection: Bitmap) -> Batch {
        let kept = selection.setCount
        if kept == rowCount { return self }
        // Where rows stand together in long runs, copying runs costs less than taking row by row.
        guard selection.runCount * CoreLimits.copiedRunRows <= kept else { return gather(selection.setPositions) }
        let runs = RowRuns(selection.setRuns)
        return Batch(
            schema, columns.map { $0.copied(runs) }, rowCount: kept, origin: origin.map { $0.gather(selection.setPositions) },
            ordinals: ordinals.map { $0.gather(selection.setPositions) })
    }

    public func slice(_ rows: Range<Int>) -> Batch {
        if rows == 0..<rowCount { return self }
        return Batch(
            schema, columns.map { $0.slice(rows) }, rowCount: rows.count, origin: origin?.slice(rows), ordinals: ordinals?.slice(rows))
    }

    /// Other columns for the same rows.
    public func with(_ schema: Schema, _ columns: [Column]) -> Batch {
        Batch(schema, columns, rowCount: rowCount, origin: origin, ordinals: ordinals)
    }

    /// One row as a struct value, for previews and dead letters.
    public func row(_ index: Int) -> Value {
        .structure(zip(schema.fields, columns).map { Value.Member($0.name, $1[index]) })
    }

    /// The rows of several batches of one schema; origins are kept where all have one split's.
    public static func concatenated(_ batches: [Batch], schema: Schema) -> Batch {
        if batches.count == 1 { return batches[0] }
        let count = batches.reduce(0) { $0 + $1.rowCount }
        let columns = schema.fields.indices.map { index in
            batches.isEmpty ? Column.nulls(schema.fields[index].type, count: 0) : Column.concatenated(batches.map { $0.columns[index] })
        }
        return Batch(schema, columns, rowCount: count)
    }

    /// The rows that `picks` takes of several batches, in its order; `batches` is not empty.
    public static func picked(_ batches: [Batch], _ picks: RowPicks, schema: Schema) -> Batch {
        let columns = schema.fields.indices.map { index in Column.picked(batches.map { $0.columns[index] }, picks) }
        return Batch(schema, columns, rowCount: picks.count)
    }
}
