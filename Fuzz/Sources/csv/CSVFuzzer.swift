import FuzzKit
import SluiceCore

@testable import SluiceFormats

/// CSV: the first bytes choose a dialect, types and the size of chunks; the rest is a file. Blocks and the careful reader must see the same.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var choices = Choices(Fuzzing.bytes(data, count))
    let options = choices.dialect()
    let turn = choices.number(below: types.count)
    let chunkBytes = choices.one(of: [8 << 10, 64, 300, 1])
    let text = choices.rest
    guard let dialect = try? CSVDialect(options) else { return 0 }
    explain(text, dialect)
    let blocks = read(text, dialect, turn: turn, chunkBytes: chunkBytes, byBlocks: true)
    let careful = read(text, dialect, turn: turn, chunkBytes: chunkBytes, byBlocks: false)
    blocks.requireSame(as: careful, "blocks and the careful reader")
    return 0
}

private let types: [DataType] = [
    .int64, .string, .float64, .timestamp(zoned: true), .int8, .boolean, .date, .decimal(precision: 12, scale: 3), .binary,
    .list(.int64), .timestamp(zoned: false), .float32, .structure([Field("a", .string)]), .int16,
]

extension Choices {
    /// Options of a dialect; the most likely choice of each is the default.
    fileprivate mutating func dialect() -> [String: OptionValue] {
        var options: [String: OptionValue] = [:]
        func set(_ name: String, _ values: [OptionValue]) {
            let place = number(below: values.count + 1)
            if place > 0 { options[name] = values[place - 1] }
        }
        set("delimiter", [.text(";"), .text("||"), .text("blanks"), .text("auto"), .text("\t")])
        set("quote", [.text("'"), .text(""), .text("auto")])
        set("escape", [.text("\\"), .text("auto")])
        set("header", [.boolean(false), .texts(["a", "b", "c"])])
        set("encoding", [.text("utf-16le"), .text("latin-1"), .text("cp1252"), .text("auto"), .text("utf-16be")])
        set("null_values", [.texts(["NA", ""]), .texts(["-"])])
        set("ragged", [.text("pad"), .text("truncate"), .text("fit")])
        set("quotes", [.text("lenient")])
        set("trim", [.boolean(true)])
        set("comment", [.text("#"), .text("//")])
        set("detect", [.text("all"), .text("none")])
        switch number(below: 8) {
        case 1: options["skip_footer"] = .integer(2)
        case 2: options["footer"] = .text("T")
        case 3: options["skip_lines"] = .integer(3)
        case 4: options["header_rows"] = .integer(2)
        case 5: options["decimal_mark"] = .text(",")
        case 6: options["timestamp_pattern"] = .text("%d.%m.%Y %H:%M")
        default: break
        }
        return options
    }
}

/// Weighs the sample as `detect: all` does for people.
private func explain(_ text: [UInt8], _ dialect: CSVDialect) {
    let sample = Array(text.prefix(CSVLimits.detectedBytes))
    let found = DialectDetection(sample, isWhole: sample.count == text.count, dialect, explains: true)
    _ = try? dialect.adding(found.proposed)
}

private func read(_ text: [UInt8], _ dialect: CSVDialect, turn: Int, chunkBytes: Int, byBlocks: Bool) -> Seen {
    var seen = Seen()
    do {
        var framer = try CSVFramer(MemorySource(text), dialect: dialect, path: "x.csv", chunkBytes: chunkBytes)
        let fields = framer.layout.columns.prefix(40).enumerated().map { Field($0.element, types[($0.offset + turn) % types.count]) }
        let schema = try Schema(fields)
        let decoder = try CSVDecoder(framer.dialect, layout: framer.layout, schema: schema, missing: .null)
        let request = ReadRequest(schema)
        if byBlocks {
            while let block = try framer.nextBlock() { seen.add(decoder.decode(block, request)) }
        } else {
            while let framed = try framer.next() { seen.add(decoder.decodeWhole(framed, request)) }
        }
    } catch {
        seen.error = "\(error)"
    }
    return seen
}

extension Seen {
    fileprivate mutating func add(_ decoded: DecodedBatch) {
        add(decoded.batch)
        add(decoded.rejects)
    }
}
