import SluiceTestKit
import Testing

// What tests of following runs do.
extension Project {
    /// Puts lines into a stream, each a record.
    func put(_ lines: String, into stream: String, key: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        if lines.isEmpty { return }
        var command = try self.command(["stream", "put", stream, "--key", key])
        command.input = .text(lines)
        let result = try await command.run()
        try #require(result.exitCode == 0, "\(result.transcript)", sourceLocation: sourceLocation)
    }

    /// A run that follows its source until it is killed.
    func follow(_ file: String) throws -> RunningCommand {
        try command(["run", file, "--follow", "--every", "20ms", "--quiet"]).start()
    }
}

/// Numbered records of a stream `clicks` with the columns `at`, `page` and `n`.
enum Clicks {
    /// The time so many milliseconds after midnight.
    static func time(_ millis: Int) -> String {
        func padded(_ number: Int, _ width: Int) -> String { String(String(number + 100_000).suffix(width)) }
        return "2024-01-01T00:\(padded(millis / 60_000, 2)):\(padded(millis / 1_000 % 60, 2)).\(padded(millis % 1_000, 3))"
    }

    /// Record `n`, which happens `n * 20` milliseconds after midnight unless another time is given.
    static func line(_ n: Int, at time: String? = nil) -> String {
        "{\"at\": \"\(time ?? Self.time(n * 20))\", \"page\": \"p\(n % 7)\", \"n\": \(n)}\n"
    }

    static func lines(_ numbers: some Sequence<Int>) -> String { numbers.map { line($0) }.joined() }

    /// The numbers of a range of whole threes, of which neighbours change places.
    static func disordered(_ range: Range<Int>) -> [Int] { range.map { $0 % 3 == 0 ? $0 + 1 : $0 % 3 == 1 ? $0 - 1 : $0 } }
}
