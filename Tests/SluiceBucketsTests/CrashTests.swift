import Glibc
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceBuckets

/// A process writes objects and is killed at any moment, again and again on one directory.
@Suite("a writer that is killed") struct CrashTests {
    /// What is known of a key: what was acknowledged last, and what was begun behind that.
    private struct Known {
        var acknowledged: String?
        var begun: [String?] = []
    }

    @Test("loses nothing that was acknowledged, and leaves nothing half") func killed() async throws {
        let program = try Self.program()
        let directory = try TemporaryDirectory()
        var known: [String: Known] = [:]
        for round in 0..<12 {
            let writer = try Command(program, [directory.path("buckets"), "\(round)"]).start()
            // Some of the way is opening the store, some is writing: kills fall into both.
            let lines = round * 17 % 90
            while writer.isRunning, writer.outputSoFar.utf8.filter({ $0 == 10 }).count < lines {
                try await Task.sleep(for: .microseconds(500))
            }
            writer.signal(SIGKILL)
            let result = try await writer.wait()
            #expect(result.ending == .signal(SIGKILL), "\(result.errors)")
            Self.note(result.output, &known)
            try await verify(directory, &known, round)
        }
    }

    private static func program() throws -> String {
        let path = try BuiltProgram.sluice()
        return (path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ".") + "/bucket-crash-writer"
    }

    /// Lines that are whole, in the order of their writer.
    private static func note(_ output: String, _ known: inout [String: Known]) {
        for line in output.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let words = line.split(separator: " ").map(String.init)
            switch words.first {
            case "B": known[words[1], default: Known()].begun.append(String(repeating: words[2], count: Int(words[3])!))
            case "P": known[words[1]] = Known(acknowledged: String(repeating: words[2], count: Int(words[3])!))
            case "D": known[words[1]] = Known(acknowledged: nil)
            default: break
            }
        }
    }

    private func verify(_ directory: TemporaryDirectory, _ known: inout [String: Known], _ round: Int) async throws {
        let store = try BucketStore(directory.path("buckets"))
        guard (try? store.bucket("crashes")) != nil else {
            #expect(known.values.allSatisfy { $0.acknowledged == nil })
            return await store.close()
        }
        let listed = Set(try store.list("crashes", ListingRequest()).entries.map(\.text))
        for writer in 0..<120 {
            let key = "k\(writer % 40)/\(writer % 3)"
            let found = try? await store.open("crashes", key.key).bytes()
            let text = found.map { String(decoding: $0, as: UTF8.self) }
            let facts = known[key, default: Known()]
            // A removal is not announced, so whatever was there may be gone.
            let isFine = text == facts.acknowledged || facts.begun.contains(text) || text == nil && Self.isRemoved(key)
            #expect(
                isFine, "round \(round): \(key) has \(text?.prefix(40) ?? "nothing"), not \(facts.acknowledged?.prefix(40) ?? "nothing")")
            #expect(listed.contains(key) == (text != nil), "round \(round): \(key)")
            if let text {
                #expect(try directory.text("buckets/crashes/\(key)") == text)
                #expect(try store.info("crashes", key.key).etag == Self.etag(text))
            }
            known[key] = Known(acknowledged: text)
        }
        #expect(directory.files(below: "buckets/.sluice/staged").isEmpty)
        await store.close()
    }

    /// Whether the writer removes the key now and then.
    private static func isRemoved(_ key: String) -> Bool {
        stride(from: 0, to: 840, by: 1).contains { $0 % 7 == 3 && "k\($0 % 40)/\($0 % 3)" == key }
    }

    private static func etag(_ text: String) -> String {
        var digests = BodyDigests([])
        Array(text.utf8).withUnsafeBytes { digests.update($0) }
        return digests.etag
    }
}
