import SluiceBuckets
import SluiceCore

// Writes objects until it is killed, and says on a line of its own what was acknowledged: `bucket-crash-writer DIRECTORY ROUND`.
//
// Key `k<number>` has `round-number-` again and again, in an odd round so often that it is too large for the journal.

let directory = CommandLine.arguments[1]
let round = Int(CommandLine.arguments[2])!
let store = try BucketStore(directory)
if (try? store.bucket("crashes")) == nil { try await store.createBucket("crashes", owner: "0", region: "us-east-1") }

/// Without a buffer, so that nothing is lost with the process.
@Sendable func say(_ line: String) throws { try DiskFiles.write(Array((line + "\n").utf8), to: 1, path: "standard output") }

@Sendable func write(_ writer: Int) async throws {
    var number = writer
    while true {
        let key = ObjectKey("k\(number % 40)/\(number % 3)")!
        if number % 7 == 3 {
            _ = try await store.delete("crashes", key)
            try say("D \(key.text)")
        } else {
            let text = "\(round)-\(number)-"
            let file = store.newFile()
            let copies = number % 2 == 0 ? 40 : 10_000
            try file.append(Array(String(repeating: text, count: copies).utf8))
            try say("B \(key.text) \(text) \(copies)")
            _ = try await store.put("crashes", key, file, ObjectTraits())
            try say("P \(key.text) \(text) \(copies)")
        }
        // Keys of one writer are no other's: 8 divides 40, and what is left tells the writer.
        number += 8
    }
}

try await withThrowingTaskGroup(of: Void.self) { group in
    for writer in 0..<8 { group.addTask { try await write(writer) } }
    try await group.waitForAll()
}
