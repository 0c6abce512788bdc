import SluiceCore
import SluiceStreams
import Testing

@testable import SluiceConnectors

@Suite("records that wait to be put")
struct PutQueueTests {
    private func queue(_ keys: [String], keepsOrder: Bool, bytes: Int = 1) -> PutQueue {
        var queue = PutQueue(keepsOrder: keepsOrder)
        for (index, key) in keys.enumerated() { queue.append(key: key, payload: [UInt8](repeating: UInt8(index % 256), count: bytes)[...]) }
        return queue
    }

    @Test("a call takes one record of a key, the first that waits") func ordered() {
        var queue = queue(["a", "b", "a", "c", "b", "a"], keepsOrder: true)
        #expect(queue.nextCall() == [0, 1, 3])
        queue.remove([0, 3])
        #expect(queue.nextCall() == [1, 2])
        queue.remove([1])
        #expect(queue.nextCall() == [2, 4])
        queue.remove([2, 4, 5])
        #expect(queue.isEmpty)
        #expect(queue.byteCount == 0)
    }

    @Test("without order, a call takes what stands first") func unordered() {
        var queue = queue(["a", "a", "b"], keepsOrder: false)
        #expect(queue.nextCall() == [0, 1, 2])
        queue.remove([1])
        #expect(queue.nextCall() == [0, 2])
        #expect(queue.batch([0, 2]).keys.text(1) == "b")
        #expect(Array(queue.batch([0, 2]).payloads[1]) == [2])
    }

    @Test("a call keeps within 500 records and 10 MiB, keys counted, and takes one record in any case") func bounds() {
        #expect(queue((0..<501).map { "\($0)" }, keepsOrder: true).nextCall().count == StreamLimits.putRecords)
        let mebibyte = queue((0..<20).map { "\($0)" }, keepsOrder: true, bytes: 1 << 20)
        #expect(mebibyte.nextCall().count == 9)
        #expect(queue(["a", "b"], keepsOrder: true, bytes: 11 << 20).nextCall() == [0])
    }

    @Test("keys become texts that a service takes") func keys() {
        let rule = KeyRule.texts(1...256)
        #expect(rule.key(of: Array("ü".utf8)[...]) == "ü")
        #expect(rule.key(of: []) == "null")
        #expect(rule.key(of: [0xFF]) == "/w==")
        #expect(rule.key(of: Array(String(repeating: "ü", count: 300).utf8)[...]) == String(repeating: "ü", count: 256))
        #expect(KeyRule.key(hashing: [1, 2]) == KeyRule.key(hashing: [1, 2]))
        #expect(KeyRule.key(hashing: [1, 2]) != KeyRule.key(hashing: [2, 1]))
    }
}
