import Testing

@testable import SluiceEngine

@Suite("Queues between tasks")
struct BoundedQueueTests {
    @Test("everything arrives once and in order, whatever the bound", arguments: [1, 7, 1_000])
    func order(_ limit: Int) async throws {
        let queue = BoundedQueue<Int>(limit: limit)
        async let sent: Void = {
            for number in 0..<5_000 { try await queue.send(number, weight: 1) }
            queue.finish()
        }()
        var received: [Int] = []
        while let number = await queue.receive() { received.append(number) }
        try await sent
        #expect(received == Array(0..<5_000))
    }

    @Test("an element heavier than the bound passes alone")
    func heavy() async throws {
        let queue = BoundedQueue<Int>(limit: 10)
        async let sent: Void = {
            for number in 0..<3 { try await queue.send(number, weight: 1_000) }
            queue.finish()
        }()
        var received: [Int] = []
        while let number = await queue.receive() { received.append(number) }
        try await sent
        #expect(received == [0, 1, 2])
    }

    @Test("a producer ends when its consumer has gone")
    func abandoned() async throws {
        let queue = BoundedQueue<Int>(limit: 1)
        let producer = Task {
            while true { try await queue.send(0, weight: 1) }
        }
        _ = await queue.receive()
        queue.abandon()
        await #expect(throws: CancellationError.self) { try await producer.value }
    }

    @Test("a cancelled task does not wait for ever, on either side")
    func cancelled() async throws {
        let queue = BoundedQueue<Int>(limit: 1)
        let consumer = Task { await queue.receive() }
        consumer.cancel()
        #expect(await consumer.value == nil)
        let full = BoundedQueue<Int>(limit: 1)
        try await full.send(0, weight: 1)
        let producer = Task { try await full.send(1, weight: 1) }
        producer.cancel()
        await #expect(throws: CancellationError.self) { try await producer.value }
    }
}
