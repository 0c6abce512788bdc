import SluiceCodecs
import SluiceCore
import SluiceFormats
import Testing

/// What reading a whole file gives.
struct ReadResult {
    var layout: FileLayout
    var schema: Schema
    var rows: [[Value]] = []
    var rejects: [Reject] = []
    var lines: [Int64] = []

    func column(_ name: String) -> [Value] {
        guard let index = schema.index(of: name) else { return [] }
        return rows.map { $0[index] }
    }
}

/// Reads bytes as a file: framed, decoded, all batches together. Without a schema, the inferred one.
func read(
    _ bytes: [UInt8], _ format: any RecordFormat, _ schema: Schema? = nil, missing: MissingColumns = .error, path: String = "test.csv"
) throws -> ReadResult {
    var wanted = schema
    if wanted == nil {
        var inference = SchemaInference(format)
        try inference.sample(format.open(MemorySource(bytes), path: path))
        wanted = inference.schema
    }
    var framer = try format.open(MemorySource(bytes), path: path)
    let decoder = try format.decoder(framer.layout, schema: wanted!, missing: missing)
    var result = ReadResult(layout: framer.layout, schema: wanted!)
    while let framed = try framer.next() {
        result.rejects += framed.rejects
        let decoded = decoder.decode(framed)
        result.rejects += decoded.rejects
        for row in 0..<decoded.batch.rowCount {
            result.rows.append(decoded.batch.columns.map { $0[row] })
            result.lines.append(decoded.batch.origin!.position(row))
        }
    }
    return result
}

func read(
    _ text: String, _ format: any RecordFormat, _ schema: Schema? = nil, missing: MissingColumns = .error, path: String = "test.csv"
) throws -> ReadResult {
    try read(Array(text.utf8), format, schema, missing: missing, path: path)
}

func csv(_ options: [String: OptionValue] = [:]) throws -> any RecordFormat {
    try FormatRegistry.recordFormat(named: "csv", options: options)
}
func json(_ options: [String: OptionValue] = [:]) throws -> any RecordFormat {
    try FormatRegistry.recordFormat(named: "json", options: options)
}

func schema(_ columns: (String, String)...) throws -> Schema {
    try Schema(try columns.map { Field($0.0, try DataType(parsing: $0.1)) })
}

extension RecordFormat {
    /// Starts reading a file that is not in a store.
    func open(_ source: InputBytes, path: String) throws(SluiceError) -> any RecordFramer {
        try framer(Codec.decompressed(source, path: path), path: path)
    }
}
