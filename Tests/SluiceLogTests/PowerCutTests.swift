import SluiceCore
import SluiceLog
import SluiceStreams
import Testing

@Suite("power cuts", .serialized)
struct PowerCutTests {
    @Test("what was acknowledged is there afterwards, whatever sectors of the rest are; nothing is doubled", arguments: 0..<3)
    func cut(_ round: Int) async throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed)
        let temporary = TemporaryDirectory()
        let directory = temporary.path + "/streams"
        var acknowledged: [String: Int] = [:]
        try StreamStore(directory: directory).create("s", shards: 2)
        for life in 0..<3 {
            let files = PowerCutFiles()
            let stream = try StreamStore(directory: directory, files: files, segmentBytes: 8_000).open("s", for: .writing)
            #expect(!stream.recovery.lostRecords, "seed \(seed), life \(life): \(stream.recovery.findings)")
            let lifetime = Int.random(in: 5..<80, using: &random)
            let counts = await withTaskGroup(of: (String, Int).self) { group in
                for task in 0..<4 {
                    group.addTask {
                        let key = "\(life)/\(task)"
                        for index in 0..<200 {
                            let size = (index * 37 + task) % 900
                            let put = PutBatch(
                                key: key, payload: Array("\(key)/\(index)/".utf8) + [UInt8](repeating: 120, count: size))
                            do { _ = try await stream.put(put).map { if case .failed(let error) = $0 { throw error } } } catch {
                                return (key, index)
                            }
                        }
                        return (key, 200)
                    }
                }
                for _ in 0..<lifetime { await Task.yield() }
                try? await Task.sleep(for: .microseconds(lifetime * 100))
                try? files.cut(using: &random)
                return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            acknowledged.merge(counts) { $1 }
            stream.close()
            let after = try StreamStore(directory: directory, segmentBytes: 8_000).open("s", for: .writing)
            #expect(!after.recovery.lostRecords, "seed \(seed), life \(life): \(after.recovery.findings)")
            var found: [String: Int] = [:]
            var reader = try StreamReader(after)
            while let (_, records) = try await reader.next() {
                for row in 0..<records.count {
                    let key = records.keys.text(row)
                    let index = Int(records.payloads.text(row).split(separator: "/")[2])
                    #expect(index == found[key, default: 0], "seed \(seed), life \(life), key \(key)")
                    found[key, default: 0] += 1
                }
            }
            for (key, count) in acknowledged {
                // One more than was acknowledged may have been stored.
                #expect((count...(count + 1)).contains(found[key, default: 0]), "seed \(seed), life \(life), key \(key)")
                acknowledged[key] = found[key, default: 0]
            }
            after.close()
        }
    }
}
