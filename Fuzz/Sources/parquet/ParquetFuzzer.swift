import FuzzKit
import SluiceCore
import SluiceParquet

/// A whole Parquet file: footer, summary, all row groups without a condition and with one that asks every index; and the same bytes as
/// each of the structures that stand in a file.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Fuzzing.bytes(data, count)
    guard ParquetFile.isParquet(bytes) else {
        _ = try? FileMetaData(serialized: bytes)
        _ = try? PageHeader(serialized: bytes)
        _ = try? ColumnIndex(serialized: bytes)
        _ = try? OffsetIndex(serialized: bytes)
        _ = try? BloomFilterHeader(serialized: bytes)
        return 0
    }
    guard let file = try? ParquetFile(MemoryAccess(bytes), path: "x.parquet") else { return 0 }
    _ = ParquetSummary(file)
    let all = read(file, nil, batchRows: CoreLimits.batchRows)
    let few = read(file, nil, batchRows: 7)
    let bounded = read(file, AnyRow(file.schema), batchRows: CoreLimits.batchRows)
    if let all, let few { Fuzzing.requireSame(few, all, "batches of 7 rows and whole ones") }
    // Indexes may lie, but they can only take rows away.
    if let all, let bounded { Fuzzing.require(bounded.count <= all.count, "\(bounded.count) of \(all.count) rows with a condition") }
    return 0
}

/// The first rows as text; nil after an error or where there are more rows than are looked at.
private func read(_ file: ParquetFile, _ condition: (any RowCondition)?, batchRows: Int) -> [String]? {
    var rows: [String] = []
    do {
        for group in 0..<min(file.rowGroupCount, 20) {
            let reader = try RowGroupReader(
                file, rowGroup: group, columns: file.schema.names, condition: condition, batchRows: batchRows)
            while let read = try reader.next() {
                for row in 0..<read.batch.rowCount { rows.append(read.batch.row(row).json) }
                rows += read.rejects.map { "\($0.location.map { "\($0)" } ?? "") \($0.error.message)" }.sorted()
                if rows.count > 500 { return nil }
            }
        }
    } catch {
        return nil
    }
    return rows.sorted()
}

/// Keeps all rows, and asks all that indexes can answer of each column.
private struct AnyRow: RowCondition {
    let columns: [String]
    let bounds: [ColumnBound]

    init(_ schema: Schema) {
        columns = schema.fields.prefix(3).map(\.name)
        bounds = schema.fields.flatMap { field -> [ColumnBound] in
            let value: Value? =
                switch field.type {
                case .int8, .int16, .int32, .int64: .integer(0)
                case .string: .string("k")
                case .binary: .binary([0])
                case .float32, .float64: .float(0)
                case .decimal(_, let scale): .decimal(0, scale: scale)
                case .date: .date(0)
                case .timestamp(let zoned): .timestamp(0, zoned: zoned)
                case .boolean: .boolean(true)
                default: nil
                }
            return [ColumnBound(field.name, .isNotNull)] + (value.map { [ColumnBound(field.name, .isIn([$0]))] } ?? [])
        }
    }

    func kept(of batch: Batch) -> Bitmap { Bitmap(repeating: true, count: batch.rowCount) }
}
