import SluiceCodecs
import SluiceCore
import SluiceFormats
import SluiceTestKit
import Synchronization
import Testing

@Suite("What every format does when its source ends early, fails or is no such file") struct FormatSourceTests {
    /// What reading gave before it ended or failed.
    private struct Reading {
        var rows: [[Value]] = []
        var rejects: [Reject] = []
        var error: SluiceError?
    }

    private func read(_ conforming: ConformingFormat, _ access: any RandomAccess, _ schema: Schema, codec: Codec? = nil) -> Reading {
        var reading = Reading()
        do throws(SluiceError) {
            let format = try FormatRegistry.format(named: conforming.name, options: conforming.options)
            var reader = try format.reader(FileInput(access, path: "the-file", codec: codec), ReadRequest(schema))
            while var piece = try reader.next() {
                while let decoded = try piece.next() {
                    reading.rows += (0..<decoded.batch.rowCount).map { row in decoded.batch.columns.map { $0[row] } }
                    reading.rejects += decoded.rejects
                }
            }
        } catch {
            reading.error = error
        }
        return reading
    }

    /// A file of one column of texts, in three blocks.
    private func file(_ conforming: ConformingFormat, rows count: Int = 60) throws -> (bytes: [UInt8], schema: Schema, rows: [[Value]]) {
        let schema = try schema((conforming.textColumn, "string"))
        let rows = (0..<count).map { [Value.string("text \($0) é \($0 * 7919 % 101)")] }
        return (try FormatFile.write(conforming.format(), schema, rows, rowsPerBlock: count / 3), schema, rows)
    }

    @Test("a cut compressed file gives its rows before the cut, then the error with its place", arguments: ConformingFormat.all)
    func cutCompressed(_ conforming: ConformingFormat) throws {
        // Those that compress inside are not compressed as a whole.
        guard try !type(of: conforming.format()).compressesItself else { return }
        let (bytes, schema, rows) = try file(conforming)
        for codec in Codec.allCases where codec != .none {
            // Two members, as of a log to which more was written; zlib has only one.
            let middle = codec == .zlib ? 0 : bytes.count / 2
            let packed = try (middle == 0 ? [] : bytes[..<middle].packed(codec)) + bytes[middle...].packed(codec)
            let all = read(conforming, MemoryAccess(packed), schema, codec: codec)
            #expect(all.rows == rows, "\(codec)")
            #expect(all.error == nil, "\(codec)")
            var cutFiles = 0
            for count in 12..<packed.count {
                let reading = read(conforming, MemoryAccess(Array(packed[..<count])), schema, codec: codec)
                // Between two members, or two chunks, a file may end.
                #expect(
                    reading.error == nil || (reading.error?.code == .cutFile && reading.error?.location != nil),
                    "\(codec) cut after \(count)")
                if reading.error?.code == .cutFile { cutFiles += 1 }
                let sure = reading.error == nil ? reading.rows.dropLast() : reading.rows[...]
                #expect(Array(sure) == Array(rows.prefix(sure.count)), "\(codec) cut after \(count)")
            }
            #expect(cutFiles > packed.count - 20, "\(codec)")
        }
    }

    @Test("a source that fails is an error with its place, after the rows before it", arguments: ConformingFormat.all)
    func failingSource(_ conforming: ConformingFormat) throws {
        let (bytes, schema, rows) = try file(conforming, rows: 30_000)
        for limit in [0, 1, bytes.count / 2, bytes.count - 1] {
            let reading = read(conforming, FailingAccess(bytes: bytes, limit: limit), schema)
            #expect(reading.error?.code == .unreadable, "after \(limit)")
            #expect(reading.error?.location?.description.contains("the-file") == true, "after \(limit)")
            #expect(reading.rows == Array(rows.prefix(reading.rows.count)), "after \(limit)")
        }
    }

    @Test("random bytes give rejects or an error, each with its place", arguments: ConformingFormat.all)
    func noise(_ conforming: ConformingFormat) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let (_, schema, _) = try file(conforming)
        for turn in 0..<300 {
            let noise = (0..<Int.random(in: 1...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let reading = read(conforming, MemoryAccess(noise), schema)
            #expect(reading.error == nil || reading.error?.location != nil, "seed \(seed), turn \(turn)")
            #expect(reading.rejects.allSatisfy { $0.location != nil }, "seed \(seed), turn \(turn)")
        }
    }
}

/// A file of which the bytes from a place on cannot be read.
private struct FailingAccess: RandomAccess {
    let bytes: [UInt8]
    let limit: Int
    var byteCount: Int64 { Int64(bytes.count) }

    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let start = min(Int(offset), bytes.count)
        let count = min(buffer.count, bytes.count - start)
        guard start + count <= limit else { throw SluiceError(.unreadable, "the disk does not answer") }
        buffer.copyBytes(from: bytes[start..<(start + count)])
        return count
    }
}

/// Gathers what is written.
private final class MemorySink: ByteSink, Sendable {
    private let state = Mutex<[UInt8]>([])
    var bytes: [UInt8] { state.withLock { $0 } }
    func write(_ bytes: UnsafeRawBufferPointer) { state.withLock { $0.append(contentsOf: bytes) } }
    func finish() {}
}

extension ArraySlice<UInt8> {
    /// A file of this codec.
    fileprivate func packed(_ codec: Codec) throws -> [UInt8] {
        let target = MemorySink()
        var sink = codec.compressed(target, level: Codec.defaultLevel)
        try withUnsafeBytes { try sink.write($0) }
        try sink.finish()
        return target.bytes
    }
}
