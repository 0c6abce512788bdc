import SluiceCodecs
import SluiceCore
import SluiceFormats
import Synchronization
import Testing

/// Gathers what is written.
private final class CollectingSink: ByteSink, Sendable {
    private let state = Mutex<[UInt8]>([])
    var bytes: [UInt8] { state.withLock { $0 } }
    func write(_ bytes: UnsafeRawBufferPointer) { state.withLock { $0.append(contentsOf: bytes) } }
    func finish() {}
}

/// A file of one codec.
private func packed(_ bytes: [UInt8], _ codec: Codec) throws -> [UInt8] {
    let target = CollectingSink()
    var sink = codec.compressed(target, level: Codec.defaultLevel)
    try bytes.withUnsafeBytes { try sink.write($0) }
    try sink.finish()
    return target.bytes
}

@Suite("Cut files") struct CutFileTests {
    @Test("records before the cut are delivered, and the error tells how many, and where the file ends") func cutRecords() throws {
        let text = "a,b\n" + (0..<40_000).map { "\($0),\($0 * 7919 % 10_007)\n" }.joined()
        let packed = try packed(Array(text.utf8), .gzip)
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
}
