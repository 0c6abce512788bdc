import FuzzKit
import SluiceCore
import SluiceFormats

/// JSON: the first bytes choose layout, encoding and schema; the rest is a file. Blocks and the careful reader must see the same.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var choices = Choices(Fuzzing.bytes(data, count))
    var options: [String: OptionValue] = [:]
    options["layout"] = .text(choices.one(of: ["auto", "lines", "documents", "array"]))
    options["encoding"] = .text(choices.one(of: ["utf-8", "utf-8", "utf-16le", "latin-1"]))
    let isInferred = choices.number(below: 2) == 0
    let turn = choices.number(below: types.count)
    let text = choices.rest
    guard let format = try? FormatRegistry.recordFormat(named: "json", options: options) else { return 0 }
    let schema = isInferred ? inferred(text, format) : given(turn)
    guard let schema else { return 0 }
    let blocks = readInBlocks(text, format, schema)
    let careful = readCarefully(text, format, schema)
    blocks.requireSame(as: careful, "blocks and the careful reader")
    return 0
}

private let types: [DataType] = [
    .int64, .string, .float64, .list(.int64), .structure([Field("a", .string), Field("b", .list(.boolean))]), .boolean,
    .timestamp(zoned: true), .map(key: .string, value: .float64), .decimal(precision: 12, scale: 3), .date, .int8, .binary,
    .choice([.int64, .string]), .timestamp(zoned: false), .float32,
]

/// Columns `a` to `f` of types that do not fit on purpose.
private func given(_ turn: Int) -> Schema? {
    let names = ["a", "b", "c", "d", "e", "é", "id", "name"]
    return try? Schema(names.enumerated().map { Field($0.element, types[($0.offset + turn) % types.count]) })
}

private func inferred(_ text: [UInt8], _ format: any RecordFormat) -> Schema? {
    var inference = SchemaInference(format)
    guard let framer = try? format.framer(MemorySource(text), path: "x.json") else { return nil }
    try? inference.sample(framer)
    return inference.schema
}

private func readCarefully(_ text: [UInt8], _ format: any RecordFormat, _ schema: Schema) -> Seen {
    var seen = Seen()
    do {
        var framer = try format.open(FileInput(MemoryAccess(text), path: "x.json"))
        let decoder = try format.decoder(framer.layout, schema: schema, missing: .null)
        while let framed = try framer.next() {
            seen.add(framed.rejects)
            let decoded = decoder.decode(framed.records, origin: framed.origin)
            seen.add(decoded.batch)
            seen.add(decoded.rejects)
        }
    } catch {
        seen.error = "\(error)"
    }
    return seen
}

private func readInBlocks(_ text: [UInt8], _ format: any RecordFormat, _ schema: Schema) -> Seen {
    var seen = Seen()
    do {
        var reader = try format.reader(FileInput(MemoryAccess(text), path: "x.json"), ReadRequest(schema))
        while var piece = try reader.next() {
            while let decoded = try piece.next() {
                seen.add(decoded.batch)
                seen.add(decoded.rejects)
            }
        }
    } catch {
        seen.error = "\(error)"
    }
    return seen
}
