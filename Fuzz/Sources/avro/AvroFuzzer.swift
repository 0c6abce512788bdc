import FuzzKit
import SluiceCore
import SluiceFormats

/// A whole Avro file, read with its own schema and with each column as text where that is possible.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = FileInput(MemoryAccess(Fuzzing.bytes(data, count)), path: "x.avro")
    guard let format = try? FormatRegistry.format(named: "avro"), let described = try? format.describe(input) else { return 0 }
    guard let schema = described.schema else { return 0 }
    read(input, format, schema)
    if let last = schema.fields.last, let one = try? Schema([Field(last.name, last.type), Field("absent", .string)]) {
        read(input, format, one)
    }
    return 0
}

private func read(_ input: FileInput, _ format: any Format, _ schema: Schema) {
    guard var reader = try? format.reader(input, ReadRequest(schema)) else { return }
    var left = 20_000
    while left > 0, var piece = try? reader.next() {
        while left > 0, let decoded = try? piece.next() {
            left -= decoded.batch.rowCount + decoded.rejects.count + 1
            // Every value is looked at, so that offsets that lead nowhere are found.
            for row in 0..<min(decoded.batch.rowCount, 64) { _ = decoded.batch.row(row).json }
        }
    }
}
