import SluiceCore
import Testing

@testable import SluiceFormats

/// A generator of which every run of a test can be repeated (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ alphabet: [UInt8], upTo count: Int) -> [UInt8] {
        (0..<Int.random(in: 0...count, using: &self)).map { _ in alphabet.randomElement(using: &self)! }
    }
}

@Suite("CSV against libcsv, and against itself") struct CSVPropertyTests {
    private static let alphabet = Array("aab\"\"\",,,\n\n\r  \t;".utf8)

    private func framed(_ bytes: [UInt8], _ rules: RecordRules, chunkBytes: Int = 1 << 20) throws -> [FramedRecords] {
        var framer = TextFramer(MemorySource(bytes), rules: rules, path: "x", chunkBytes: chunkBytes)
        var result: [FramedRecords] = []
        while let next = try framer.next() { result.append(next) }
        return result
    }

    @Test(
        "framer and decoder see the fields that libcsv sees, and a model where libcsv would swallow lines", arguments: [true, false],
        [",", "\t"])
    func sameFields(_ trims: Bool, _ delimiter: String) throws {
        let options: [String: OptionValue] = [
            "quotes": .text("lenient"), "trim": .boolean(trims), "ragged": .text("pad"), "delimiter": .text(delimiter),
        ]
        let dialect = try CSVDialect(options)
        var compared = 0
        for seed in UInt64(0)..<1_000 {
            var random = SeededGenerator(seed: seed)
            let bytes = random.bytes(Self.alphabet, upTo: 60)
            let reference = LenientModel(bytes, delimiter: delimiter.utf8.first!, trims: trims)
            if reference.endsOpen { continue }
            if !reference.hasTextBehindQuote {
                let rows = LibCSVReference.read(bytes, delimiter: delimiter.utf8.first!, quote: UInt8(ascii: "\""), trims: trims).rows
                #expect(rows == reference.rows, "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
                compared += 1
            }
            let width = max(2, reference.rows.map(\.count).max() ?? 0)
            let names = (0..<width).map { "c\($0)" }
            let decoder = try CSVDecoder(
                dialect, layout: FileLayout(format: "csv", columns: names), schema: Schema(names.map { Field($0, .string) }),
                missing: .error)
            var rows: [[[UInt8]?]] = []
            for part in try framed(bytes, dialect.recordRules(columnCount: width)) {
                let decoded = decoder.decode(part)
                #expect(part.rejects.isEmpty && decoded.rejects.isEmpty, "seed \(seed)")
                for row in 0..<decoded.batch.rowCount {
                    rows.append(decoded.batch.columns.map { if case .string(let text) = $0[row] { Array(text.utf8) } else { nil } })
                }
            }
            let expected = reference.rows.map { row in row + [[UInt8]?](repeating: nil, count: width - row.count) }
            #expect(rows == expected, "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
        #expect(compared > 300)
    }

    @Test("records do not depend on how the bytes are cut into chunks", arguments: [true, false], [true, false])
    func anyChunks(_ trims: Bool, _ isStrict: Bool) throws {
        for seed in UInt64(0)..<400 {
            var random = SeededGenerator(seed: seed)
            let bytes = random.bytes(Self.alphabet + [UInt8(ascii: "#")], upTo: 90)
            let rules = RecordRules(
                quote: UInt8(ascii: "\""), trims: trims, isStrict: isStrict, comment: seed % 3 == 0 ? Array("#".utf8) : [],
                keepsEmptyLines: seed % 5 == 0, recordBytes: seed % 2 == 0 ? 12 : 1_000)
            let whole = Summary(try framed(bytes, rules))
            for chunkBytes in [1, 2, 3, 7, 16, 40] {
                let cut = Summary(try framed(bytes, rules, chunkBytes: chunkBytes))
                #expect(cut == whole, "seed \(seed), chunks of \(chunkBytes): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
            }
        }
    }

    @Test("nothing is lost: every byte but line ends, blank lines and comments is in a record or a reject") func nothingLost() throws {
        for seed in UInt64(0)..<600 {
            var random = SeededGenerator(seed: seed)
            let bytes = random.bytes(Self.alphabet, upTo: 80)
            let rules = RecordRules(quote: UInt8(ascii: "\""))
            let summary = Summary(try framed(bytes, rules))
            let isContent: (UInt8) -> Bool = { $0 != 0x0A && $0 != 0x0D }
            let seen = summary.all.sorted { $0.line < $1.line }.flatMap { $0.bytes.filter(isContent) }
            #expect(seen == bytes.filter(isContent), "seed \(seed): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        }
    }

    /// Records and rejects with their lines, free of how they came in parts.
    private struct Summary: Equatable {
        struct Entry: Equatable {
            var line: Int64
            var bytes: [UInt8]
            var reason: String
        }

        var records: [Entry] = []
        var rejects: [Entry] = []
        var all: [Entry] { records + rejects }

        init(_ parts: [FramedRecords]) {
            for part in parts {
                for row in 0..<part.count {
                    records.append(Entry(line: part.origin.position(row), bytes: Array(part.records[row]), reason: ""))
                }
                for reject in part.rejects {
                    guard case .file(_, let line?, _) = reject.location else { continue }
                    rejects.append(Entry(line: Int64(line), bytes: reject.raw, reason: reject.error.message))
                }
            }
        }
    }
}
