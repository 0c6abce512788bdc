import Glibc
import SluiceCore
import SluiceLog

/// Starts the writer again and again on one directory, has it killed, and looks whether the stream kept its promises.
struct CrashDriver {
    /// Rounds on one directory.
    private static let roundsPerDirectory = 25

    let program: String
    let directory: String
    let rounds: Int
    let seed: UInt64

    /// What writers said before they were killed.
    private struct Said {
        /// Records acknowledged, by `round/task`.
        var acknowledged: [String: Int] = [:]
        /// Places that readers saw, by shard.
        var seen: [Int: UInt64] = [:]
    }

    @concurrent func run() async throws {
        var random = SeededGenerator(seed)
        var said = Said()
        for round in 0..<rounds {
            if round % Self.roundsPerDirectory == 0 {
                try DiskFiles.removeTree(directory)
                said = Said()
            }
            let isTimed = Bool.random(using: &random)
            let killAt = isTimed ? Int.max : Int.random(in: 0..<Int.random(in: 1...600, using: &random), using: &random)
            let moment = KillingFiles.Moment.allCases.randomElement(using: &random)!
            let delay = isTimed ? useconds_t.random(in: 1_000..<150_000, using: &random) : nil
            let output = try child(["write", directory, "\(round)", "\(killAt)", "\(moment.rawValue)"], killAfter: delay)
            try note(output, &said)
            try await verify(said, round: round)
        }
        try DiskFiles.removeTree(directory)
        print("\(rounds) crashes: nothing lost, nothing doubled, order kept (seed \(seed))")
    }

    private func note(_ output: String, _ said: inout Said) throws {
        for line in output.split(separator: "\n", omittingEmptySubsequences: true) {
            let words = line.split(separator: " ")
            switch words.first {
            case "A" where words.count == 4: said.acknowledged["\(words[1])/\(words[2])"] = Int(words[3])!
            case "R" where words.count == 3: said.seen[Int(words[1])!] = UInt64(words[2])!
            case "E": throw Failure("a reader failed: \(line)")
            default: break
            }
        }
    }

    private func verify(_ said: Said, round: Int) async throws {
        let store = StreamStore(directory: directory, segmentBytes: CrashWriter.segmentBytes)
        guard store.exists("s") else {
            if said.acknowledged.isEmpty { return }
            throw Failure("round \(round): the stream is gone")
        }
        let stream = try store.open("s", for: .writing)
        defer { stream.close() }
        if stream.recovery.lostRecords { throw Failure("round \(round): \(stream.recovery.findings)") }
        var counts: [String: Int] = [:]
        var reader = try StreamReader(stream)
        while let (shard, records) = try await reader.next() {
            for row in 0..<records.count {
                let text = String(decoding: records.payloads[row], as: UTF8.self)
                let parts = text.split(separator: "/")
                let key = "\(parts[0])/\(parts[1])"
                guard Int(parts[2]) == counts[key, default: 0] else {
                    throw Failure("round \(round): \(shard) has \(text.prefix(40)) where \(key)/\(counts[key, default: 0]) belongs")
                }
                counts[key, default: 0] += 1
            }
        }
        for (key, acknowledged) in said.acknowledged where counts[key, default: 0] < acknowledged {
            throw Failure("round \(round): \(key) has \(counts[key, default: 0]) records, and \(acknowledged) were acknowledged")
        }
        for (shard, end) in said.seen where try stream.endSequence(shard: shard) < end {
            throw Failure("round \(round): shard \(shard) ends at \(try stream.endSequence(shard: shard)), and \(end) was seen")
        }
    }

    /// Runs the program, kills it after a while or lets it kill itself, and returns what it wrote.
    private func child(_ arguments: [String], killAfter delay: useconds_t?) throws -> String {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure("no pipe: \(errno)") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
        posix_spawn_file_actions_addclose(&actions, ends[0])
        let words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        guard posix_spawn(&process, program, &actions, nil, words, environ) == 0 else { throw Failure("\(program) does not start") }
        close(ends[1])
        if let delay {
            usleep(delay)
            kill(process, SIGKILL)
        }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = Glibc.read(ends[0], &buffer, buffer.count), count > 0 { output += buffer[..<count] }
        close(ends[0])
        var status: Int32 = 0
        waitpid(process, &status, 0)
        guard status & 0x7F == SIGKILL else { throw Failure("the writer ended by itself: status \(status)") }
        return String(decoding: output, as: UTF8.self)
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
        init(_ description: String) { self.description = description }
    }
}

/// SplitMix64: the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
