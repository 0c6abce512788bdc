import SluiceTestKit
import Testing

/// Runs that last long enough for a test to come in between.
extension Project {
    static let slowRows = 150_000

    /// An input that takes a run a good part of a second, made by the shell, which is faster than a test.
    func writeSlowInput(_ file: String = "in/input.csv") async throws {
        try directory.write(file, "id,amount,text\n")
        let line = "seq 1 \(Self.slowRows) | sed 's/.*/&,7,a text that makes the row a little longer than it would be without/' >> \(file)"
        let result = try await Command.shell(line, directory: directory.root).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
    }

    /// How many rows a large table has, and how many different first columns.
    func countRows(_ database: String, _ table: String) async throws -> (rows: Int, distinct: Int) {
        let files = "find \(tablePath(database, table)) -name 'part-*.csv' -exec tail -q -n +2 {} +"
        let result = try await Command.shell("\(files) | wc -l; \(files) | cut -d , -f 1 | sort -u | wc -l").run()
        let numbers = result.output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        try #require(numbers.count == 2, "\(result.transcript)")
        return (numbers[0], numbers[1])
    }
}
