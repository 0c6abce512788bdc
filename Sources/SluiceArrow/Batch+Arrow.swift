public import CArrow
public import SluiceCore

// Batches and columns in the form in which programs of one process hand them to each other: the two C structures of "The Arrow C data
// interface" (https://arrow.apache.org/docs/format/CDataInterface.html). pyarrow, DuckDB, Polars and many others take and give them.

extension Batch {
    /// Fills in both structures with the batch as a struct array; whoever reads them calls their `release`.
    ///
    /// The buffers are shared, not copied. Types go over as they are: timestamps in microseconds (`UTC` where zoned), decimals in 128 bits,
    /// texts that are dictionaries as dictionaries, choices as sparse unions. Where rows came from stays behind.
    public func exportArrow(schema: UnsafeMutablePointer<ArrowSchema>, array: UnsafeMutablePointer<ArrowArray>) {
        let type = DataType.structure(self.schema.fields)
        let column = Column(type, .structure(columns, count: rowCount))
        column.exportArrow(as: Field("", type, isNullable: false), schema: schema, array: array)
    }

    /// A batch from a struct array of another program, copied. Both structures are released, also where this throws.
    ///
    /// Types that columns here do not have become wider ones that hold every value: unsigned integers, half floats, large lists and texts, views,
    /// decimals of 32, 64 and 256 bits. Times in other units are converted where that is exact.
    ///
    /// - Throws: `typeError` for a type without a counterpart (times of day, durations, intervals), `valueDoesNotFit` for a value that would be
    ///   changed, `invalidArgument` for structures that break a rule of the interface, `limitExceeded`, `duplicateColumn`, `invalidEncoding`.
    public static func importArrow(
        schema: UnsafeMutablePointer<ArrowSchema>, array: UnsafeMutablePointer<ArrowArray>
    ) throws(SluiceError) -> Batch {
        let (field, column) = try Column.importArrow(schema: schema, array: array)
        guard case .structure(let fields) = field.type, case .structure(let columns, let count) = column.storage else {
            throw SluiceError(.typeError, "a batch comes as a struct array, not as \(field.type)")
        }
        guard column.nullCount == 0 else {
            throw SluiceError(.valueDoesNotFit, "\(column.nullCount) rows of the imported batch are null as a whole")
        }
        return Batch(try Schema(fields), columns, rowCount: count)
    }
}

extension Column {
    /// Fills in both structures with the column; whoever reads them calls their `release`. See `Batch.exportArrow`.
    ///
    /// - Parameter field: its name and whether it may have nulls; its type is the column's.
    public func exportArrow(as field: Field, schema: UnsafeMutablePointer<ArrowSchema>, array: UnsafeMutablePointer<ArrowArray>) {
        precondition(field.type == type, "a field of type \(field.type) for a column of type \(type)")
        SchemaExport.fill(schema, field, self)
        ArrayExport.fill(array, self)
    }

    /// A column from an array of another program, copied, with its name and whether it may have nulls. Both structures are released, also
    /// where this throws. See `Batch.importArrow`.
    public static func importArrow(
        schema: UnsafeMutablePointer<ArrowSchema>, array: UnsafeMutablePointer<ArrowArray>
    ) throws(SluiceError) -> (field: Field, column: Column) {
        defer {
            schema.pointee.release?(schema)
            array.pointee.release?(array)
        }
        let node = try ArrowNode(schema)
        return (node.field, try ArrowReader.column(node, array))
    }
}
