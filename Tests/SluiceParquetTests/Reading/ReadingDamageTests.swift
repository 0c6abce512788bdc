import SluiceCore
import SluiceParquet
import SluiceTestKit
import Testing

/// Damaged files are read to an error or to an end, never to a trap, and never without bound.
@Suite("Parquet reading: damage")
struct ReadingDamageTests {
    /// Reads all of a file, or 10,000 rows of it; false if that fails.
    @discardableResult
    static func survives(_ bytes: [UInt8]) -> Bool {
        do throws(SluiceError) {
            let file = try ParquetFile(MemoryAccess(bytes), path: "damaged.parquet")
            _ = ParquetSummary(file)
            var left = 10_000
            for group in 0..<file.rowGroupCount {
                let reader = try RowGroupReader(file, rowGroup: group, columns: file.schema.names, condition: AnyRow(file.schema))
                while left > 0, let read = try reader.next() { left -= read.batch.rowCount + 1 }
            }
            return true
        } catch {
            return false
        }
    }

    /// `COPY (SELECT [1,2,3]::INT[3] a UNION ALL SELECT NULL::INT[3]) TO 'duckdb-arrays.parquet'` by DuckDB 2.0.1.
    @Test("DuckDB's arrays of a fixed size with nulls are no damaged download") func fixedSizeArrays() throws {
        let bytes = try TemporaryDirectory.bytes(of: "\(ReadingFiles.fixtures)/duckdb-arrays.refused")
        let file = try ParquetFile(MemoryAccess(bytes), path: "duckdb-arrays.parquet")
        let error = #expect(throws: SluiceError.self) { try ReadTable(file, columns: ["a"]) }
        #expect(error?.code == .corruptFile && error?.remedy?.contains("INT[3]") == true, "\(String(describing: error))")
    }

    /// Keeps all rows, and asks all that indexes can answer of each column.
    struct AnyRow: RowCondition {
        let columns: [String] = []
        let bounds: [ColumnBound]

        init(_ schema: Schema) {
            bounds = schema.fields.flatMap { field -> [ColumnBound] in
                let value: Value? =
                    switch field.type {
                    case .int8, .int16, .int32, .int64: .integer(0)
                    case .string: .string("k")
                    case .float32, .float64: .float(0)
                    default: nil
                    }
                return [ColumnBound(field.name, .isNotNull)] + (value.map { [ColumnBound(field.name, .isIn([$0]))] } ?? [])
            }
        }

        func kept(of batch: Batch) -> Bitmap { Bitmap(repeating: true, count: batch.rowCount) }
    }

    /// Larger files have a change in some of their bytes, from a random one on, so that debug builds are done in seconds.
    static let wholeBytes = 3_000
    static let changedBytes = 250

    @Test("bytes changed, in small files every one", arguments: ReadingFiles.names)
    func flipped(_ name: String) throws {
        let bytes = try ReadingFiles.bytes(name)
        #expect(Self.survives(bytes))
        let step = bytes.count <= Self.wholeBytes ? 1 : bytes.count / Self.changedBytes
        let first = Int.random(in: 0..<step)
        print("changed \(name): every \(step) bytes from \(first) on")
        var failures = 0
        for position in stride(from: first, to: bytes.count, by: step) {
            for change: UInt8 in [0xff, 0x01, 0x80] {
                var damaged = bytes
                damaged[position] ^= change
                if !Self.survives(damaged) { failures += 1 }
            }
        }
        #expect(failures > bytes.count / step / 20, "hardly any damage was noticed")
    }

    @Test("cut at every length", arguments: ReadingFiles.names)
    func cut(_ name: String) throws {
        let bytes = try ReadingFiles.bytes(name)
        for length in 0..<bytes.count {
            if Self.survives(Array(bytes[..<length])) { Issue.record("\(name) cut to \(length) bytes was read") }
        }
    }

    @Test("random runs of bytes replaced by others", arguments: ReadingFiles.names)
    func mixed(_ name: String) throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let bytes = try ReadingFiles.bytes(name)
        for _ in 0..<100 {
            var damaged = bytes
            for _ in 0..<random.number(below: 6) + 1 {
                let start = random.number(below: bytes.count)
                let count = min(random.number(below: 8) + 1, bytes.count - start)
                for position in start..<(start + count) { damaged[position] = random.byte() }
            }
            Self.survives(damaged)
        }
        print("mixed \(name): seed \(seed)")
    }

    @Test("random bytes as metadata")
    func thrift() {
        let seed = UInt64.random(in: 0 ... .max)
        print("random metadata: seed \(seed)")
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            var bytes = (0..<random.number(below: 60)).map { _ in random.byte() }
            // Half of the time small field headers, so that the readers get further.
            if random.number(below: 2) == 0 { bytes = bytes.map { $0 & 0x7c } }
            _ = try? FileMetaData(serialized: bytes)
            _ = try? PageHeader(serialized: bytes)
            _ = try? ColumnIndex(serialized: bytes)
            _ = try? OffsetIndex(serialized: bytes)
            _ = try? BloomFilterHeader(serialized: bytes)
        }
    }

    @Test("structs in structs end at the limit")
    func depth() {
        // Field 15, which no struct has, is a struct with a field 15.
        let bytes = [UInt8](repeating: 0xfc, count: 100_000)
        let error = #expect(throws: SluiceError.self) { try FileMetaData(serialized: bytes) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("a list cannot have more elements than there are bytes")
    func listLength() {
        // Field 2, a list of 2^28 structs.
        let bytes: [UInt8] = [0x29, 0xfc, 0x80, 0x80, 0x80, 0x80, 0x01, 0x00]
        let error = #expect(throws: SluiceError.self) { try FileMetaData(serialized: bytes) }
        #expect(error?.code == .cutFile)
    }
}

extension SeededGenerator {
    mutating func number(below limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }
    mutating func byte() -> UInt8 { UInt8.random(in: 0 ... .max, using: &self) }
}
