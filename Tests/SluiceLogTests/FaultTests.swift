import SluiceCore
import SluiceLog
import Testing

@Suite("failing disks")
struct FaultTests {
    let temporary = TemporaryDirectory()
    let files = FaultyFiles()
    var store: StreamStore { StreamStore(directory: temporary.path + "/streams", files: files) }

    @Test("a failed append is thrown, not visible, and its numbers go to the next one", arguments: FaultyFiles.Fault.allCases)
    func synced(_ fault: FaultyFiles.Fault) async throws {
        try store.create("s", shards: 1)
        let stream = try store.open("s", for: .writing)
        try await stream.append(records("a", 3), to: 0)
        files.arm(fault)
        await #expect(throws: SluiceError.self) { try await stream.append(records("lost", 2), to: 0) }
        #expect(try await stream.texts() == ["a-0", "a-1", "a-2"])
        #expect(try await stream.append(records("b", 2), to: 0) == 3..<5)
        #expect(try await stream.texts() == ["a-0", "a-1", "a-2", "b-0", "b-1"])
        stream.close()
        let again = try store.open("s", for: .writing)
        #expect(!again.recovery.lostRecords)
        #expect(try await again.texts() == ["a-0", "a-1", "a-2", "b-0", "b-1"])
    }

    @Test("the first append of a stream may fail too", arguments: FaultyFiles.Fault.allCases)
    func first(_ fault: FaultyFiles.Fault) async throws {
        try store.create("s", shards: 1)
        let stream = try store.open("s", for: .writing)
        files.arm(fault)
        await #expect(throws: SluiceError.self) { try await stream.append(records("lost", 2), to: 0) }
        #expect(try await stream.append(records("b", 2), to: 0) == 0..<2)
        #expect(try await stream.texts() == ["b-0", "b-1"])
        stream.close()
        #expect(try await store.open("s", for: .reading).texts() == ["b-0", "b-1"])
    }

    @Test("lost buffered records are said by sync, and by every later one", arguments: FaultyFiles.Fault.allCases)
    func buffered(_ fault: FaultyFiles.Fault) async throws {
        try store.create("s", shards: 1)
        let stream = try store.open("s", for: .writing)
        try await stream.append(records("a", 1), to: 0)
        try await stream.append(records("lost", 2), to: 0, .buffered)
        files.arm(fault)
        await #expect(throws: SluiceError.self) { try await stream.sync() }
        await #expect(throws: SluiceError.self) { try await stream.sync() }
        await #expect(throws: SluiceError.self) { try await stream.append(records("x", 1), to: 0, .buffered) }
        #expect(try await stream.append(records("b", 1), to: 0) == 1..<2)
        #expect(try await stream.texts() == ["a-0", "b-0"])
    }

    @Test("a failure at one of many concurrent appends loses none that was acknowledged", arguments: 0..<5)
    func concurrent(_ round: Int) async throws {
        try store.create("s", shards: 1)
        let stream = try store.open("s", for: .writing)
        let acknowledged = await withTaskGroup(of: [String].self) { group in
            for task in 0..<6 {
                group.addTask {
                    var done: [String] = []
                    for index in 0..<30 {
                        if task == 0, index % 10 == round { files.arm(FaultyFiles.Fault.allCases[(index / 10) % 3]) }
                        let name = "\(task)/\(index)"
                        if (try? await stream.append(records(name, 1), to: 0)) != nil { done.append(name + "-0") }
                    }
                    return done
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        let there = try await stream.texts()
        #expect(Set(there) == Set(acknowledged))
        #expect(there.count == acknowledged.count)
        stream.close()
        #expect(try await store.open("s", for: .reading).texts() == there)
    }

    @Test("a full disk fails puts with its own error, and they work again when there is space")
    func full() async throws {
        try store.create("s", shards: 1)
        let stream = try store.open("s", for: .writing)
        try await stream.append(records("a", 3), to: 0)
        files.setFull(true)
        for _ in 0..<3 {
            let error = await #expect(throws: SluiceError.self) { try await stream.append(records("lost", 2), to: 0) }
            #expect(error?.code == .diskFull && error?.isRetriable == true)
        }
        #expect(try await stream.texts() == ["a-0", "a-1", "a-2"])
        files.setFull(false)
        #expect(try await stream.append(records("b", 1), to: 0) == 3..<4)
        #expect(try await stream.texts() == ["a-0", "a-1", "a-2", "b-0"])
    }

    @Test("a disk that stores something else is found out by the checksum, and costs that frame only", arguments: FaultyFiles.Lie.allCases)
    func lies(_ lie: FaultyFiles.Lie) async throws {
        try store.create("s", shards: 1)
        let stream = try store.open("s", for: .writing)
        try await stream.append(records("a", 3), to: 0)
        files.arm(lie)
        try await stream.append(records("bad", 3), to: 0)
        try await stream.append(records("c", 3), to: 0)
        var reader = try stream.reader(shard: 0, from: .start)
        #expect(try await reader.next()?.sequences == 0..<3)
        let error = await #expect(throws: SluiceError.self) { try await reader.next() }
        #expect(error?.code == .corruptFrame)
        #expect(error?.location?.description == "s/shardId-000000000000@3")
        stream.close()
        let again = try store.open("s", for: .writing)
        #expect(again.recovery.findings.contains { $0.kind == .missing(3..<6) })
        #expect(try await again.texts() == ["a-0", "a-1", "a-2", "c-0", "c-1", "c-2"])
        #expect(try await again.append(records("d", 1), to: 0) == 9..<10)
    }
}
