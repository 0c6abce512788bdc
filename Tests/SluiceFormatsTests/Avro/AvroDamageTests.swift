import SluiceCodecs
import SluiceCore
import SluiceFormats
import Testing

@Suite("Avro: damaged and hostile files") struct AvroDamageTests {
    private typealias Files = AvroFiles
    private static let rich = """
        {"type":"record","name":"r","fields":[
          {"name":"a","type":"long"},{"name":"b","type":["null","string"]},{"name":"c","type":"double"},
          {"name":"d","type":{"type":"array","items":{"type":"map","values":"int"}}},
          {"name":"e","type":["null","int",{"type":"record","name":"i","fields":[{"name":"x","type":"bytes"}]}]},
          {"name":"f","type":{"type":"enum","name":"e","symbols":["A","B","C"]}}]}
        """
    private static let record: [UInt8] =
        Files.long(1_000) + [2] + Files.text("text") + [0, 0, 0, 0, 0, 0, 0x04, 0xC0] + [2, 2] + Files.text("k") + [4, 0, 0] + [4]
        + Files.bytes([1, 2, 3]) + [2]

    private static func file(_ codec: String) -> [UInt8] {
        let content = record + record + record
        let block: [UInt8]
        switch codec {
        case "deflate": block = content.withUnsafeBytes { BlockCodec.deflate.compress($0) }
        case "zstandard": block = content.withUnsafeBytes { BlockCodec.zstd.compress($0) }
        case "snappy":
            let checksum = content.withUnsafeBytes { Checksum.crc32($0) }
            block = content.withUnsafeBytes { BlockCodec.snappy.compress($0) } + withUnsafeBytes(of: checksum.bigEndian) { [UInt8]($0) }
        default: block = content
        }
        return Files.header(rich, codec: codec) + Files.block(3, block) + Files.block(3, block)
    }

    @Test("a file is found to be cut wherever it is cut", arguments: ["null", "deflate", "snappy", "zstandard"])
    func cut(_ codec: String) {
        let file = Self.file(codec)
        #expect(readAvro(file).rows.count == 6)
        let headerCount = Files.header(Self.rich, codec: codec).count
        let firstBlockEnd = headerCount + (file.count - headerCount) / 2
        for count in 0..<file.count {
            let result = readAvro(Array(file[..<count]))
            let isWhole = count == headerCount || count == firstBlockEnd
            #expect(result.error?.code == (isWhole ? nil : .cutFile), "cut after \(count)")
            #expect(result.rows.count == (count >= firstBlockEnd ? 3 : 0), "cut after \(count)")
        }
    }

    @Test("changed bytes and random bytes give rows or an error", arguments: ["null", "deflate", "snappy", "zstandard"])
    func changed(_ codec: String) {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = AvroRandomness(state: seed)
        let file = Self.file(codec)
        for turn in 0..<1_500 {
            var hostile = file
            for _ in 0...turn % 4 { hostile[Int.random(in: 0..<file.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            let result = readAvro(hostile)
            #expect(result.error == nil || result.error?.location != nil, "seed \(seed), turn \(turn)")
        }
        for turn in 0..<500 {
            let content = (0..<Int.random(in: 1...100, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let block = Files.block(Int64.random(in: -1...5, using: &random), content)
            let result = readAvro(Files.header(Self.rich, codec: codec) + block)
            #expect(result.error == nil || result.error?.location != nil, "seed \(seed), turn \(turn)")
        }
    }

    @Test("damage within a block: whole rows before it are delivered, the error names the block") func withinBlock() {
        let header = Files.header(Self.rich)
        let bad = Self.record.dropLast() + [8]  // a symbol that the enumeration does not have
        let result = readAvro(header + Files.block(3, Self.record) + Files.block(2, Self.record + bad))
        #expect(result.error?.code == .corruptFile)
        #expect(result.rows.isEmpty, "the first block claims three records and has one")
        let second = readAvro(header + Files.block(1, Self.record) + Files.block(3, Self.record + bad + Self.record))
        #expect(second.rows.count == 2)
        #expect(second.error?.message.contains("byte \(header.count + Files.block(1, Self.record).count)") == true)
        #expect(second.error?.message.contains("symbol") == true)
    }

    @Test("a sync marker that is not the file's is damage at its byte") func syncMarker() {
        let header = Files.header(Files.record(#""int""#))
        var file = header + Files.block(1, [2]) + Files.block(1, [4])
        file[file.count - 3] ^= 1
        let result = readAvro(file)
        #expect(result.column("x") == [.integer(1)])
        #expect(result.error?.code == .corruptFile)
        #expect(result.error?.message.contains("byte \(file.count - 16)") == true)
    }

    @Test(
        "what lengths and counts claim is checked before memory is taken",
        arguments: [
            (#""string""#, AvroFiles.long(.max), SluiceError.Code.corruptFile), (#""bytes""#, AvroFiles.long(-1), .corruptFile),
            (#"{"type":"array","items":"int"}"#, AvroFiles.long(.max), .corruptFile),
            (#"{"type":"array","items":"int"}"#, AvroFiles.long(.min), .corruptFile),
            (#"{"type":"array","items":"null"}"#, AvroFiles.long(1 << 40) + [0], .limitExceeded),
            (#"{"type":"map","values":"int"}"#, AvroFiles.long(1_000_000), .corruptFile),
            (#"["null","int"]"#, [4], .corruptFile), (#"["null","int"]"#, [1], .corruptFile),
            (#""int""#, AvroFiles.long(1 << 40), .corruptFile), (#""long""#, [UInt8](repeating: 0xFF, count: 11), .corruptFile),
            (#""boolean""#, [2], .corruptFile), (#"{"type":"fixed","name":"f","size":16777216}"#, [1], .corruptFile),
        ])
    func claims(_ type: String, _ content: [UInt8], _ code: SluiceError.Code) throws {
        let file = Files.file(Files.record(type), [content])
        #expect(readAvro(file).error?.code == code)
        let skipping = readAvro(file, try Schema([Field("other", .int32)]), missing: .null)
        #expect(skipping.error?.code == code || type.contains("boolean") || type == #""int""#)
    }

    @Test("blocks: claimed records, sizes, bytes behind the last record") func blockClaims() {
        let header = Files.header(Files.record(#""int""#))
        #expect(readAvro(header + Files.block(3, [2, 2])).error?.code == .corruptFile)
        #expect(readAvro(header + Files.block(1, [2, 2])).error?.code == .corruptFile)
        #expect(readAvro(header + Files.block(0, [2])).error?.code == .corruptFile)
        #expect(readAvro(header + Files.block(-1, [2])).error?.code == .corruptFile)
        #expect(readAvro(header + [2] + Files.long(-5)).error?.code == .corruptFile)
        #expect(readAvro(header + [2] + Files.long(Int64(AvroLimits.blockBytes))).error?.code == .cutFile)
        #expect(readAvro(header + [2] + Files.long(Int64(AvroLimits.blockBytes) + 1)).error?.code == .limitExceeded)
        let empty = Files.header(Files.record(#""null""#))
        #expect(readAvro(empty + Files.block(Int64(AvroLimits.emptyItems), [])).rows.count == AvroLimits.emptyItems)
        #expect(readAvro(empty + Files.block(Int64(AvroLimits.emptyItems) + 1, [])).error?.code == .corruptFile)
    }

    @Test("wide structs that are null, over and over, stop at a limit") func slots() {
        let fields = (0..<2_000).map { #"{"name":"f\#($0)","type":"int"}"# }.joined(separator: ",")
        let type = #"{"type":"array","items":["null",{"type":"record","name":"w","fields":[\#(fields)]}]}"#
        func file(_ items: Int) -> [UInt8] {
            Files.file(Files.record(type), [Files.long(Int64(items)) + [UInt8](repeating: 0, count: items) + [0]])
        }
        #expect(readAvro(file(100)).error == nil)
        #expect(readAvro(file(AvroLimits.emptySlots / 2_000 + 1)).error?.code == .limitExceeded)
    }

    @Test("a block that unfolds to more than the limit") func bomb() {
        let content = [UInt8](repeating: 0, count: AvroLimits.blockBytes + 1)
        let block = content.withUnsafeBytes { BlockCodec.zstd.compress($0, level: 1) }
        let file = Files.header(Files.record(#""bytes""#), codec: "zstandard") + Files.block(1, block)
        #expect(readAvro(file).error?.code == .limitExceeded)
    }

    @Test(
        "schemas that cannot be read",
        arguments: [
            ("", SluiceError.Code.corruptFile), ("{", .corruptFile), ("5", .corruptFile), (#""unknown""#, .corruptFile),
            (#"{"type":"record","name":"r"}"#, .corruptFile), (#"{"name":"r"}"#, .corruptFile), ("[]", .corruptFile),
            (#"["int",["null","string"]]"#, .corruptFile), (#"{"type":"fixed","name":"f","size":-1}"#, .corruptFile),
            (#"{"type":"array"}"#, .corruptFile), (#"{"type":"enum","name":"e"}"#, .corruptFile),
            (#"{"type":"record","name":"r","fields":[{"name":"a","type":"int"},{"name":"a","type":"int"}]}"#, .corruptFile),
            (#"{"type":"record","name":"r","fields":[{"name":"next","type":["null","r"]}]}"#, .typeError),
            (#"{"type":"bytes","logicalType":"decimal","precision":39}"#, .typeError),
        ])
    func schemas(_ schema: String, _ code: SluiceError.Code) {
        #expect(readAvro(Files.header(schema)).error?.code == code)
    }

    @Test("a record whose name is empty, as Polars writes it, is read") func emptyName() {
        #expect(readAvro(Files.header(#"{"type":"record","name":"","fields":[{"name":"a","type":"int"}]}"#)).error == nil)
    }

    @Test("schemas nested too deep, and those that unfold to too many types") func largeSchemas() {
        func nested(_ depth: Int) -> String {
            String(repeating: #"{"type":"array","items":"#, count: depth) + #""int""# + String(repeating: "}", count: depth)
        }
        #expect(readAvro(Files.header(nested(AvroLimits.schemaDepth - 1))).error == nil)
        #expect(readAvro(Files.header(nested(AvroLimits.schemaDepth))).error?.code == .limitExceeded)
        // Each record holds the one before twice.
        var type = #"{"type":"record","name":"r0","fields":[]}"#
        for level in 1...30 {
            type = #"{"type":"record","name":"r\#(level)","fields":[{"name":"a","type":\#(type)},{"name":"b","type":"r\#(level - 1)"}]}"#
        }
        #expect(readAvro(Files.header(type)).error?.code == .limitExceeded)
        let long = #"{"type":"string","doc":""# + String(repeating: "x", count: AvroLimits.schemaBytes) + #""}"#
        #expect(readAvro(Files.header(long)).error?.code == .limitExceeded)
    }

    @Test("headers: other files, codecs that there are not, entries without end") func headers() {
        #expect(readAvro([]).error?.code == .cutFile)
        #expect(readAvro(Array("PAR1".utf8)).error?.code == .corruptFile)
        #expect(readAvro(Files.header(#""int""#, codec: "bzip2")).error?.code == .unreadable)
        #expect(readAvro(Files.header(#""int""#, codec: "xz")).error?.message.contains("xz") == true)
        let start = Array("Obj".utf8) + [1]
        #expect(readAvro(start + [0] + Files.sync).error?.code == .corruptFile)
        #expect(readAvro(start + Files.long(.max)).error?.code == .limitExceeded)
        #expect(readAvro(start + [2] + Files.long(Int64(AvroLimits.headerBytes) + 1)).error?.code == .limitExceeded)
        #expect(readAvro(start + [2] + Files.long(-1)).error?.code == .corruptFile)
    }
}

/// Random numbers from a seed (SplitMix64).
struct AvroRandomness: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
