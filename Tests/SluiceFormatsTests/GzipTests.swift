import SluiceCore
import SluiceFormats
import Synchronization
import Testing

/// Gathers what is written, for tests.
final class CollectingSink: ByteSink, Sendable {
    private let state = Mutex<(bytes: [UInt8], isFinished: Bool)>(([], false))
    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var isFinished: Bool { state.withLock { $0.isFinished } }
    func write(_ bytes: UnsafeRawBufferPointer) { state.withLock { $0.bytes.append(contentsOf: bytes) } }
    func finish() { state.withLock { $0.isFinished = true } }
}

func gzipped(_ bytes: [UInt8], level: Int = Codec.defaultLevel) throws -> [UInt8] {
    let target = CollectingSink()
    var sink = Codec.gzip.compressed(target, level: level)
    for start in stride(from: 0, to: bytes.count, by: 10_000) {
        try bytes[start..<min(bytes.count, start + 10_000)].withUnsafeBytes { piece in try sink.write(piece) }
    }
    try sink.finish()
    #expect(target.isFinished)
    return target.bytes
}

/// All of a source, and what it failed with.
func drained(_ bytes: [UInt8], path: String = "x.gz") -> (bytes: [UInt8], error: SluiceError?) {
    var content: [UInt8] = []
    do throws(SluiceError) {
        var source = try Codec.decompressed(MemorySource(bytes), path: path)
        while true {
            var piece = [UInt8](repeating: 0, count: 1000)
            var failure: SluiceError?
            let count = piece.withUnsafeMutableBytes { buffer in
                do throws(SluiceError) {
                    return try source.read(into: buffer)
                } catch {
                    failure = error
                    return 0
                }
            }
            if let failure { throw failure }
            if count == 0 { return (content, nil) }
            content += piece[..<count]
        }
    } catch {
        return (content, error)
    }
}

@Suite("gzip") struct GzipTests {
    private static let body = Array((0..<20_000).map { "\($0),text \($0 * 7919 % 1000)\n" }.joined().utf8)

    @Test("written and read back", arguments: [1, 3, 9]) func roundTrip(_ level: Int) throws {
        let packed = try gzipped(Self.body, level: level)
        #expect(packed.count < Self.body.count / 2)
        #expect(drained(packed).bytes == Self.body)
        #expect(try gzipped(Self.body, level: level) == packed, "equal input gives equal files")
        #expect(drained(try gzipped([])).bytes.isEmpty)
    }

    @Test("the content decides, not the name") func byContent() throws {
        #expect(drained(try gzipped(Self.body), path: "x.csv").bytes == Self.body)
        #expect(drained(Array("a,b\n".utf8), path: "x.csv").bytes == Array("a,b\n".utf8))
        #expect(drained(Array("a".utf8), path: "x.csv").bytes == Array("a".utf8))
        #expect(drained(Array("a,b\n".utf8)).error?.code == .corruptFile)
        #expect(drained([]).error?.code == .cutFile)
    }

    @Test("several members and zeros behind them are one file") func members() throws {
        let packed = try gzipped(Array("one,".utf8)) + gzipped([]) + gzipped(Array("two".utf8)) + [UInt8](repeating: 0, count: 300)
        #expect(drained(packed).bytes == Array("one,two".utf8))
        #expect(drained(packed).error == nil)
    }

    @Test("garbage behind the last member is an error that says where to cut") func garbage() throws {
        let packed = try gzipped(Self.body)
        let result = drained(packed + Array("garbage".utf8))
        #expect(result.bytes == Self.body)
        #expect(result.error?.code == .corruptFile)
        #expect(result.error?.remedy?.contains("head -c \(packed.count)") == true)
    }

    @Test("a cut file is found out wherever it is cut") func cut() throws {
        let packed = try gzipped(Array("a,b\n1,2\n".utf8))
        for count in 2..<packed.count { #expect(drained(Array(packed[..<count])).error?.code == .cutFile, "cut after \(count)") }
    }

    @Test("a changed byte is found out by the checksum") func damaged() throws {
        var packed = try gzipped(Self.body)
        packed[packed.count / 2] ^= 0x10
        #expect(drained(packed).error?.code == .corruptFile)
        var checksum = try gzipped(Self.body)
        checksum[checksum.count - 6] ^= 1
        #expect(drained(checksum).error?.code == .corruptFile)
    }

    @Test("records before the cut are delivered, and the error tells how many, and where the file ends") func cutRecords() throws {
        let text = "a,b\n" + String(decoding: Self.body, as: UTF8.self)
        let packed = try gzipped(Array(text.utf8))
        let cut = packed.count * 2 / 3
        var framer = try csv().open(MemorySource(Array(packed[..<cut])), path: "x.csv.gz")
        var count = 0
        var failure: SluiceError?
        do throws(SluiceError) {
            while let framed = try framer.next() { count += framed.count }
        } catch {
            failure = error
        }
        #expect(count > 5_000)
        #expect(failure?.code == .cutFile)
        #expect(failure?.message.contains("\(cut) compressed bytes") == true)
        #expect(failure?.message.contains("\(count) whole records") == true)
    }

    @Test("a small file that unfolds to a huge one is streamed") func bomb() throws {
        let packed = try gzipped([UInt8](repeating: 0x20, count: 40 << 20))
        #expect(packed.count < 200_000)
        var source = try Codec.decompressed(MemorySource(packed), path: "x")
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        var total = 0
        while case let count = try piece.withUnsafeMutableBytes({ try source.read(into: $0) }), count > 0 { total += count }
        #expect(total == 40 << 20)
    }
}
