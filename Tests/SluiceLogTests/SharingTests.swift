import SluiceCore
import SluiceLog
import Testing

@Suite("several at once")
struct SharingTests {
    let temporary = TemporaryDirectory()

    @Test("many appenders and a follower: every record once, each appender's in order, numbers without a gap")
    func appendersAndFollower() async throws {
        try temporary.streams.create("s", shards: 1)
        let stream = try temporary.streams.open("s", for: .writing)
        let followed = try await withThrowingTaskGroup(of: [(sequence: UInt64, text: String)].self) { group in
            group.addTask {
                var reader = try stream.reader(shard: 0, from: .start)
                var all: [(UInt64, String)] = []
                repeat { all += try await drain(&reader).map { ($0.sequence, $0.text) } } while await reader.waitForRecords()
                return all
            }
            try await withThrowingTaskGroup(of: Void.self) { appenders in
                for task in 0..<8 {
                    appenders.addTask {
                        for index in 0..<25 {
                            try await stream.append(records("\(task)/\(index)", 2), to: 0, index % 3 == 0 ? .buffered : .synced)
                        }
                    }
                }
                try await appenders.waitForAll()
            }
            try await stream.sync()
            stream.finishAppending()
            return try await group.next() ?? []
        }
        #expect(followed.map(\.sequence) == Array(0..<400))
        for task in 0..<8 {
            let own = followed.map(\.text).filter { $0.hasPrefix("\(task)/") }
            #expect(own == (0..<25).flatMap { ["\(task)/\($0)-0", "\(task)/\($0)-1"] })
        }
    }

    @Test("buffered records are not visible before sync returned")
    func bufferedIsInvisible() async throws {
        try temporary.streams.create("s", shards: 1)
        let stream = try temporary.streams.open("s", for: .writing)
        let large = ByteRows([[UInt8](repeating: 1, count: 3 << 20)])
        try await stream.append(NewRecords(keys: ByteRows([[1]]), payloads: large), to: 0, .buffered)
        try await stream.append(records("a", 1), to: 0, .buffered)
        var reader = try stream.reader(shard: 0, from: .start)
        #expect(try await reader.next() == nil)
        #expect(try temporary.streams.open("s", for: .reading).endSequence(shard: 0) == 0)
        try await stream.sync()
        #expect(try await reader.next()?.sequences == 0..<1)
        #expect(try await reader.next()?.sequences == 1..<2)
    }

    @Test("a second handle reads what the writer commits, while it writes")
    func remoteReader() async throws {
        try temporary.streams.create("s", shards: 1)
        let stream = try temporary.streams.open("s", for: .writing)
        try await stream.append(records("a", 1), to: 0)
        let beside = try temporary.streams.open("s", for: .reading)
        var reader = try beside.reader(shard: 0, from: .start)
        #expect(try await drain(&reader).map(\.text) == ["a-0"])
        try await stream.append(records("b", 1), to: 0)
        #expect(await reader.waitForRecords())
        #expect(try await drain(&reader).map(\.text) == ["b-0"])
        let error = await #expect(throws: SluiceError.self) { try await beside.append(records("c", 1), to: 0) }
        #expect(error?.code == .invalidArgument)
    }

    @Test("waiting ends when the task is cancelled or the stream is closed")
    func endsOfWaiting() async throws {
        try temporary.streams.create("s", shards: 1)
        let stream = try temporary.streams.open("s", for: .writing)
        let reader = try stream.reader(shard: 0, from: .start)
        let cancelled = Task { await reader.waitForRecords() }
        cancelled.cancel()
        #expect(await cancelled.value == false)
        let closed = Task { await reader.waitForRecords() }
        stream.close()
        #expect(await closed.value == false)
    }

    @Test("a second writer is told the process that has the stream; after close it may write")
    func secondWriter() throws {
        try temporary.streams.create("s", shards: 1)
        let first = try temporary.streams.open("s", for: .writing)
        let error = #expect(throws: SluiceError.self) { try temporary.streams.open("s", for: .writing) }
        #expect(error?.code == .alreadyRunning)
        #expect(error?.message.contains("process") == true)
        #expect(throws: SluiceError.self) { try temporary.streams.delete("s") }
        first.close()
        _ = try temporary.streams.open("s", for: .writing)
    }
}
