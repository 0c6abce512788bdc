import Glibc
import SluiceCore
@testable import SluiceLog
import SluiceStreams
import Synchronization
import Testing

@Suite("segments that cannot be begun")
struct RollFaultTests {
    let temporary = TemporaryDirectory()
    let files = FaultyFiles()

    private func store(segmentBytes: Int) -> StreamStore {
        StreamStore(directory: temporary.path + "/streams", files: files, segmentBytes: segmentBytes)
    }

    @Test(
        "of the appends that share a write, those before the failed segment are stored and say so",
        arguments: FaultyFiles.RollFault.allCases)
    func shared(_ fault: FaultyFiles.RollFault) async throws {
        let store = store(segmentBytes: 600)
        try store.create("s", shards: 1)
        let stream = try store.open("s", for: .writing)
        let writer = try stream.writer(0)
        let gate = Gate()
        files.onNextSync { gate.wait() }
        // On a thread of its own, which the gate holds.
        let first = Task(executorPreference: BlockingThreads(limit: 1)) { try await stream.append(records("a", 1), to: 0) }
        try await eventually { writer.state.withLock { $0.isFlushing } }
        // Both wait for the flusher; together they are more than what is left of the segment.
        let second = Task { try await stream.append(records("b", 3), to: 0) }
        try await eventually { writer.state.withLock { $0.waiters.count } == 1 }
        let third = Task { try await stream.append(records("c", 20), to: 0) }
        try await eventually { writer.state.withLock { $0.waiters.count } == 2 }
        files.arm(fault)
        gate.open()
        #expect(try await first.value == 0..<1)
        #expect(try await second.value == 1..<4)
        await #expect(throws: SluiceError.self) { try await third.value }
        #expect(try await stream.texts() == ["a-0", "b-0", "b-1", "b-2"])
        // Small enough for the old segment, but the next one may be on disk already.
        #expect(try await stream.append(records("d", 1), to: 0) == 4..<5)
        #expect(try await store.open("s", for: .reading).texts() == ["a-0", "b-0", "b-1", "b-2", "d-0"])
        stream.close()
        let again = try store.open("s", for: .writing)
        #expect(again.recovery.isEmpty)
        #expect(try await again.texts() == ["a-0", "b-0", "b-1", "b-2", "d-0"])
    }

    @Test("an outcome says what is true, whatever fails under many writers", arguments: 0..<6)
    func outcomes(_ round: Int) async throws {
        let store = store(segmentBytes: 1_500)
        try store.create("s", StreamConfiguration(durability: round % 2 == 0 ? .always : .none))
        let stream = try store.open("s", for: .writing)
        let faults = FaultyFiles.RollFault.allCases
        let stored = await withTaskGroup(of: [String].self) { group in
            for task in 0..<6 {
                group.addTask {
                    var stored: [String] = []
                    for index in 0..<40 {
                        if task == 0, index % 7 == round { files.arm(faults[(index / 7) % faults.count]) }
                        if task == 1, index % 9 == round { files.arm(FaultyFiles.Fault.allCases[(index / 9) % 3]) }
                        let count = 1 + (index + task) % 5
                        let name = "\(task)/\(index)"
                        guard (try? await stream.append(records(name, count), to: 0)) != nil else { continue }
                        stored += (0..<count).map { "\(name)-\($0)" }
                    }
                    return stored
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        // What was armed last may have met no writer.
        files.disarm()
        let there = try await stream.texts()
        #expect(there.sorted() == stored.sorted())
        stream.close()
        #expect(try await store.open("s", for: .reading).texts() == there)
    }

    @Test("an append of several frames is stored as a whole or not at all", arguments: FaultyFiles.RollFault.allCases)
    func wholeAppends(_ fault: FaultyFiles.RollFault) async throws {
        let store = store(segmentBytes: 1 << 20)
        try store.create("s", shards: 1)
        let stream = try store.open("s", for: .writing)
        try await stream.append(records("a", 1), to: 0)
        let long = String(repeating: "x", count: 700_000)
        let big = NewRecords(keys: ByteRows(texts: ["k", "k", "k"]), payloads: ByteRows(texts: [long, long, long]))
        files.arm(fault)
        await #expect(throws: SluiceError.self) { try await stream.append(big, to: 0) }
        #expect(try await stream.texts() == ["a-0"])
        #expect(try await stream.append(big, to: 0) == 1..<4)
        #expect(try await stream.texts() == ["a-0", long, long, long])
    }

    /// Waits until something is so that other tasks bring about.
    private func eventually(_ holds: () -> Bool) async throws {
        while !holds() { try await Task.sleep(for: .milliseconds(1)) }
    }
}

/// Holds a thread until it is opened.
private final class Gate: @unchecked Sendable {
    private let semaphore: UnsafeMutablePointer<sem_t>

    init() {
        semaphore = .allocate(capacity: 1)
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func open() { sem_post(semaphore) }
    func wait() { while sem_wait(semaphore) != 0 {} }
}
