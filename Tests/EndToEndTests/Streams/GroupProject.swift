import Glibc
import SluiceTestKit
import Testing

/// A state directory with a stream of numbers, and processes that read it as a group.
final class GroupProject {
    let project: Project
    /// How long tests wait for what happens within seconds where nothing else runs.
    static let patience = Duration.seconds(300)
    private var members: [(name: String, process: RunningCommand)] = []

    init(shards: Int = 4) async throws {
        project = try Project()
        let made = try await project.sluice("stream", "create", "numbers", "--shards", String(shards))
        try #require(made.exitCode == 0, "\(made.transcript)")
    }

    func put(_ numbers: ClosedRange<Int>, options: [String] = []) async throws {
        var command = try project.command(["stream", "put", "numbers"] + options)
        command.input = .text(numbers.map { "\($0)\n" }.joined())
        let result = try await command.run()
        try #require(result.exitCode == 0, "\(result.transcript)")
    }

    /// A process that prints its share of the numbers.
    ///
    /// The fail-over time is short for people and long for a process that gets no processor for a while.
    func member(_ name: String, _ more: String...) throws -> RunningCommand {
        let process = try project.command(
            ["stream", "tail", "numbers", "--group", "readers", "--member", name, "--failover", "4", "--lines"] + more
        ).start()
        members.append((name, process))
        return process
    }

    /// What a process has printed up to now; a line that is being written does not count.
    static func numbers(_ members: [RunningCommand]) -> [Int] {
        members.flatMap { member in
            let text = member.outputSoFar
            return text[..<(text.lastIndex(of: "\n") ?? text.startIndex)].split(separator: "\n").compactMap { Int($0) }
        }
    }

    func until(_ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + Self.patience
        while try await !condition() {
            if ContinuousClock.now > deadline {
                let state = try await state()
                try #require(Bool(false), "waited too long until \(what): \(state)", sourceLocation: sourceLocation)
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// What the group looks like, and what its members said of failures.
    private func state() async throws -> String {
        let lag = try await project.sluice("stream", "lag", "numbers", "readers", "--json")
        let said = members.map { "\($0.name) \($0.process.isRunning ? "runs" : "has ended"): \($0.process.errorsSoFar.suffix(400))" }
        return ([lag.transcript] + said).joined(separator: "\n")
    }

    func untilRead(_ numbers: ClosedRange<Int>, by members: [RunningCommand]) async throws {
        try await until("all of \(numbers) were read") { Set(Self.numbers(members)).isSuperset(of: numbers) }
    }

    /// Owners of the shards in work, by shard.
    func owners() async throws -> [String?] {
        let result = try await project.sluice("stream", "lag", "numbers", "readers", "--json")
        guard result.exitCode == 0 else { return [] }
        return try result.json()["groups"]?[0]?["shards"]?.items.map { $0["owner"]?.text } ?? []
    }

    /// Waits until each of the members has some of the shards and none is free.
    func untilShared(_ names: Set<String>) async throws {
        try await until("\(names) share the shards") {
            let owners = try await owners()
            return !owners.contains(nil) && Set(owners.compactMap(\.self)) == names
        }
    }

    func lag() async throws -> JSONDocument { try await project.json("stream", "lag", "numbers", "readers") }

    /// Ends a process as Ctrl-C does.
    static func interrupt(_ member: RunningCommand, _ signal: Int32 = SIGINT) async throws {
        member.signal(signal)
        let result = try await member.wait()
        #expect(result.exitCode == 130, "\(result.transcript)")
        #expect(result.errors.isEmpty)
    }
}
