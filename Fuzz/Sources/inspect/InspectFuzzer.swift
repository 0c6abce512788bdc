import FuzzKit
import SluiceCore
import SluiceFormats

/// What `inspect` and `convert` do with a file that nobody described: the first byte chooses its name, the rest is the file as it is stored.
///
/// Its codec, format, dialect and encoding are found by name and content, it is reported, a schema is inferred, and the first rows are read.
/// Two looks at one file see the same, and what the report says of a file is what a reader finds.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var choices = Choices(Fuzzing.bytes(data, count))
    let path = choices.one(of: [
        "x", "x", "x.csv", "x.json", "x.log", "x.parquet", "x.avro", "x.tsv", "x.csv.gz", "x.jsonl.zst", "x.log.sz",
    ])
    let wantsAll = choices.number(below: 4) == 1
    let input = FileInput(MemoryAccess(choices.rest), path: path)
    guard let format = format(of: input, wantsAll ? ["detect": .text("all")] : [:]) else { return 0 }
    guard let report = try? format.report(input) else { return 0 }
    Fuzzing.require(report.byteCount == Int64(choices.rest.count), "a file of \(choices.rest.count) bytes has \(report.byteCount)")
    guard let described = try? format.describe(input) else {
        Fuzzing.require(false, "a file that was reported is not described")
        return 0
    }
    Fuzzing.require(described.layout == report.description.layout, "a second look at a file sees another layout")
    guard let schema = described.schema ?? inferred(input, format) else { return 0 }
    let rows = read(input, format, schema)
    if let rows, let stated = described.rowCount { Fuzzing.require(rows == stated, "\(rows) rows, and \(stated) as the file states") }
    return 0
}

/// By the name, or else by the content.
private func format(of input: FileInput, _ options: [String: OptionValue]) -> (any Format)? {
    if let named = try? FormatRegistry.format(forFile: input.path, options: options) { return named }
    if let named = try? FormatRegistry.format(forFile: input.path) { return named }
    guard var source = try? input.plainBytes() else { return nil }
    var start = [UInt8](repeating: 0, count: FormatRegistry.probedBytes)
    var count = 0
    while count < start.count, let got = try? start.withUnsafeMutableBytes({ try source.read(into: .init(rebasing: $0[count...])) }),
        got > 0
    {
        count += got
    }
    guard let name = FormatRegistry.name(showing: start[..<count]) else { return nil }
    return try? FormatRegistry.format(named: name, options: name == "csv" ? options : [:])
}

private func inferred(_ input: FileInput, _ format: any Format) -> Schema? {
    guard let format = format as? any RecordFormat, let framer = try? format.open(input) else { return nil }
    var inference = SchemaInference(format)
    try? inference.sample(framer)
    return inference.schema
}

/// The rows and rejects of a small file; nil where there are many, or where reading fails.
private func read(_ input: FileInput, _ format: any Format, _ schema: Schema) -> Int64? {
    let most: Int64 = 100_000
    var count: Int64 = 0
    do {
        var reader = try format.reader(input, ReadRequest(schema))
        while var piece = try reader.next() {
            while let decoded = try piece.next() {
                count += Int64(decoded.batch.rowCount + decoded.rejects.count)
                for row in 0..<min(decoded.batch.rowCount, 16) { _ = decoded.batch.row(row).json }
                if count > most { return nil }
            }
        }
    } catch {
        return nil
    }
    return count
}
