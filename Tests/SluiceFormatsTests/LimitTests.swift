import Glibc
import SluiceCore
import SluiceFormats
import Testing

/// Pieces of bytes, some repeated, without holding them all; keeps count of the largest request.
struct RepeatingSource: ByteSource, Sendable {
    private var pieces: [(byte: [UInt8], count: Int)]

    init(_ pieces: [(String, Int)]) { self.pieces = pieces.map { (Array($0.0.utf8), $0.1) } }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let (bytes, count) = pieces.first else { return 0 }
        if bytes.count == 1 {
            let filled = min(count, buffer.count)
            memset(buffer.baseAddress!, Int32(bytes[0]), filled)
            if filled == count { pieces.removeFirst() } else { pieces[0].count -= filled }
            return filled
        }
        let filled = min(bytes.count, buffer.count)
        buffer.copyBytes(from: bytes[..<filled])
        if count == 1 { pieces.removeFirst() } else { pieces[0].count -= 1 }
        if filled < bytes.count { pieces.insert((Array(bytes[filled...]), 1), at: 0) }
        return filled
    }
}

@Suite("Limits") struct LimitTests {
    private func run(_ source: RepeatingSource, _ format: any RecordFormat, _ wanted: Schema) throws -> (
        values: [Value], rejects: [Reject], lines: [Int64]
    ) {
        var framer = try format.open(source, path: "big")
        let decoder = try format.decoder(framer.layout, schema: wanted, missing: .error)
        var result: (values: [Value], rejects: [Reject], lines: [Int64]) = ([], [], [])
        while let framed = try framer.next() {
            #expect(framed.records.bytes.count <= 2 * CoreLimits.recordBytes + 2 * CoreLimits.batchBytes, "the buffer is bounded")
            let decoded = decoder.decode(framed)
            result.rejects += framed.rejects + decoded.rejects
            result.values += decoded.batch.columns[0].values
            result.lines += (0..<decoded.batch.rowCount).map { decoded.batch.origin!.position($0) }
        }
        return result
    }

    @Test("a line of 100 MB is one reject, and the lines around it are read", arguments: ["csv", "json"]) func longLine(_ name: String)
        throws
    {
        let isCSV = name == "csv"
        let source = RepeatingSource([
            (isCSV ? "a,b\n1,x\n2," : "{}\n{\"a\":1}\n{\"a\":\"", 1), ("x", 100_000_000), (isCSV ? "\n3,y\n" : "\"}\n{\"a\":3}\n", 1),
        ])
        let result = try run(source, isCSV ? csv() : json(), schema(("a", "int64")))
        #expect(result.values.filter { $0 != .null } == [.integer(1), .integer(3)])
        #expect(result.lines.last == 4)
        #expect(result.rejects.map(\.error.code) == [.recordTooLarge])
        #expect(result.rejects.first?.location?.description == "big:3")
        #expect(result.rejects.first?.raw.count == FormatLimits.rejectRawBytes)
    }

    @Test("carriage returns in a line that is passed over move no line number where they end no line") func returnsInLongLine() throws {
        let source = RepeatingSource([("{\"a\":1}\n{\"a\":\"", 1), ("\r", 20_000_000), ("\"}\n{\"a\":3}\n", 1)])
        let result = try run(source, json(["layout": .text("lines")]), schema(("a", "int64")))
        #expect(result.lines == [1, 3])
        #expect(result.rejects.map { $0.location?.description } == ["big:2"])
    }

    @Test("short records with very many columns come in small batches", arguments: ["csv", "json"]) func manyColumns(_ name: String) throws
    {
        let (columns, rows) = (10_000, 3_000)
        let wanted = try Schema((0..<columns).map { Field("k\($0)", .int64) })
        let isCSV = name == "csv"
        let text =
            isCSV
            ? wanted.names.joined(separator: ",") + "\n" + (0..<rows).map { "\($0)\n" }.joined() + "x\n"
            : (0..<rows).map { "{\"k\($0)\":\($0)}\n" }.joined() + "{\"k0\":\"x\"}\n"
        let format = isCSV ? try csv(["ragged": .text("pad")]) : try json()
        var reader = try format.reader(FileInput(MemoryAccess(Array(text.utf8)), path: "wide"), ReadRequest(wanted))
        var (seen, rejects): ([Int64], [String]) = ([], [])
        while var piece = try reader.next() {
            while let decoded = try piece.next() {
                #expect(decoded.batch.rowCount * columns <= FormatLimits.batchCells)
                let batch = decoded.batch
                seen += (0..<batch.rowCount).map { batch.origin!.position($0) }
                for row in 0..<batch.rowCount {
                    let number = Int64(seen.count - batch.rowCount + row)
                    #expect(batch.columns[isCSV ? 0 : Int(number)][row] == .integer(number))
                }
                rejects += decoded.rejects.map { $0.location?.description ?? "" }
            }
        }
        #expect(seen == (0..<rows).map { Int64($0) + (isCSV ? 2 : 1) })
        #expect(rejects == [isCSV ? "wide:3002:1" : "wide:3001:7"])
    }

    @Test("short records with few columns come in whole blocks, which are taken apart in one search") func fewColumns() throws {
        let rows = 100_000
        let text = "a,b\n" + (0..<rows).map { "\($0),\($0 % 7)\n" }.joined()
        let request = ReadRequest(try Schema([Field("a", .int64), Field("b", .int8)]))
        var reader = try csv().reader(FileInput(MemoryAccess(Array(text.utf8)), path: "narrow"), request)
        var counts: [Int] = []
        while var piece = try reader.next() {
            let first = counts.count
            while let decoded = try piece.next() { counts.append(decoded.batch.rowCount) }
            #expect(counts.count == first + 1, "a block of \(counts[first...].reduce(0, +)) rows came in \(counts.count - first) parts")
        }
        #expect(counts.reduce(0, +) == rows && counts.contains { $0 > CoreLimits.batchRows })
    }

    @Test("a record of exactly the limit is read, one byte more is not", arguments: [0, 1]) func atLimit(_ excess: Int) throws {
        let source = RepeatingSource([("a,b\n1,", 1), ("x", CoreLimits.recordBytes - 2 + excess), ("\n2,y\n", 1)])
        let result = try run(source, csv(), schema(("a", "int64")))
        #expect(result.values == (excess == 0 ? [.integer(1), .integer(2)] : [.integer(2)]))
        #expect(result.rejects.map(\.error.code) == (excess == 0 ? [] : [.recordTooLarge]))
    }

    @Test("an open quote before a large rest costs its own line only") func openQuote() throws {
        let source = RepeatingSource([
            ("a,b\n1,\"open\n", 1), ("2,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", 300_000),
        ])
        let result = try run(source, csv(), schema(("a", "int64")))
        #expect(result.values.count == 300_000)
        #expect(result.rejects.map(\.error.code) == [.malformedRecord])
        #expect(result.rejects.first?.location?.description == "big:2:3")
    }

    @Test("a batch holds at most its rows") func batchRows() throws {
        var framer = try csv().open(RepeatingSource([("a,b\n", 1), ("1,\n", CoreLimits.batchRows * 3)]), path: "x")
        var counts: [Int] = []
        while let framed = try framer.next() { counts.append(framed.count) }
        #expect(counts.allSatisfy { $0 <= CoreLimits.batchRows })
        #expect(counts.reduce(0, +) == CoreLimits.batchRows * 3)
    }

    @Test("a layout's bytes are bounded") func layout() throws {
        let names = [String(repeating: "x", count: FormatLimits.layoutBytes)]
        #expect(throws: SluiceError.self) { try FileLayout(serialized: FileLayout(format: "csv", columns: names).serialized) }
    }
}
