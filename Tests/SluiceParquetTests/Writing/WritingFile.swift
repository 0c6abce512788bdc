import SluiceCore
import SluiceParquet
import SluiceTestKit

/// A file made by the writer, in memory.
enum WritingFile {
    /// Each element of `groups` becomes a row group.
    static func bytes(_ schema: Schema, _ groups: [[Batch]], _ options: ParquetWriterOptions = ParquetWriterOptions()) throws -> [UInt8] {
        var writer = try ParquetWriter(schema: schema, options: options)
        var bytes = writer.header
        for batches in groups {
            let group = try writer.encode(batches)
            writer.append(group, at: Int64(bytes.count))
            bytes += group.bytes
        }
        return bytes + writer.finish(at: Int64(bytes.count))
    }

    /// A file of one column.
    static func bytes(_ column: Column, name: String = "c", _ options: ParquetWriterOptions = ParquetWriterOptions()) throws -> [UInt8] {
        let schema = try Schema([Field(name, column.type)])
        return try bytes(schema, [[Batch(schema, [column], rowCount: column.count)]], options)
    }

    /// Writes `NAME.parquet`, and `NAME.json` with what readers must find.
    static func write(
        _ name: String, _ schema: Schema, _ groups: [[Batch]], _ options: ParquetWriterOptions = ParquetWriterOptions(),
        in directory: TemporaryDirectory
    ) throws {
        try directory.write("\(name).parquet", bytes: bytes(schema, groups, options))
        let whole = Batch.concatenated(groups.flatMap { $0 }, schema: schema)
        try directory.write("\(name).json", whole.columns.map { $0.canonical + "\n" }.joined())
    }

    /// The footer of a file.
    static func footer(_ bytes: [UInt8]) throws -> FileMetaData {
        let length = bytes.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        return try FileMetaData(serialized: Array(bytes[(bytes.count - 8 - length)...]))
    }
}
