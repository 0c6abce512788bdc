import SluiceCodecs
import SluiceCore
import SluiceFormats

/// Avro files made by hand, byte by byte.
enum AvroFiles {
    static let sync = [UInt8](1...16)

    static func long(_ value: Int64) -> [UInt8] {
        var bits = UInt64(bitPattern: value << 1) ^ UInt64(bitPattern: value >> 63)
        var bytes: [UInt8] = []
        while bits >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: bits) | 0x80)
            bits >>= 7
        }
        return bytes + [UInt8(truncatingIfNeeded: bits)]
    }

    static func bytes(_ content: [UInt8]) -> [UInt8] { long(Int64(content.count)) + content }
    static func text(_ content: String) -> [UInt8] { bytes(Array(content.utf8)) }

    static func header(_ schema: String, codec: String? = nil) -> [UInt8] {
        var file = Array("Obj".utf8) + [1] + long(codec == nil ? 1 : 2)
        if let codec { file += text("avro.codec") + text(codec) }
        return file + text("avro.schema") + text(schema) + [0] + sync
    }

    static func block(_ count: Int64, _ content: [UInt8]) -> [UInt8] { long(count) + bytes(content) + sync }

    /// A file of one block, not compressed.
    static func file(_ schema: String, _ records: [[UInt8]]) -> [UInt8] {
        header(schema) + block(Int64(records.count), records.flatMap { $0 })
    }

    /// A schema of a record with one field `x`.
    static func record(_ type: String) -> String { #"{"type":"record","name":"r","fields":[{"name":"x","type":\#(type)}]}"# }
}

/// What reading a file gave.
struct AvroReading {
    var schema: Schema?
    var batches: [Batch] = []
    var rejects: [Reject] = []
    var error: SluiceError?

    var rows: [[Value]] { batches.flatMap { batch in (0..<batch.rowCount).map { row in batch.columns.map { $0[row] } } } }
    /// Each row as JSON.
    var lines: [String] { batches.flatMap { batch in (0..<batch.rowCount).map { batch.row($0).json } } }
    func column(_ name: String) -> [Value] { batches.flatMap { $0[name]?.values ?? [] } }
}

/// Reads a file as Avro; without a schema, with its own.
func readAvro(
    _ bytes: [UInt8], _ schema: Schema? = nil, missing: MissingColumns = .error, options: [String: OptionValue] = [:],
    path: String = "test.avro"
) -> AvroReading {
    var result = AvroReading()
    do throws(SluiceError) {
        let format = try AvroFormat(options: options)
        let input = FileInput(MemoryAccess(bytes), path: path)
        let own = try format.describe(input).schema
        result.schema = schema ?? own
        var reader = try format.reader(input, ReadRequest(schema ?? own ?? .empty, missing: missing))
        while var piece = try reader.next() {
            while let decoded = try piece.next() {
                result.batches.append(decoded.batch)
                result.rejects += decoded.rejects
            }
        }
    } catch {
        result.error = error
    }
    return result
}

/// A file of the batches.
func writtenAvro(_ batches: [Batch], _ schema: Schema, options: [String: OptionValue] = [:]) throws -> [UInt8] {
    var writer = try AvroFormat(options: options).writer(schema)
    var file = writer.header
    var blocks = batches.flatMap { writer.collect($0) }
    if let rest = writer.rest() { blocks.append(rest) }
    for block in blocks {
        let encoded = try writer.encode(block)
        writer.append(encoded, at: Int64(file.count))
        file += encoded.bytes
    }
    return file + (try writer.finish(at: Int64(file.count)))
}
