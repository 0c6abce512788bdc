#if Kafka
import Glibc
import Testing

/// A program that was built with the trait Kafka, and a directory for its files.
final class KafkaProgram: Sendable {
    struct Result {
        var exitCode: Int32
        /// What it wrote, errors included where they were asked for.
        var output: String
    }

    /// Where `scripts/test-kafka --program` put it; nil in other runs.
    static let path: String? = getenv("SLUICE_KAFKA_PROGRAM").map { String(cString: $0) }

    let directory: String
    private let brokers: String

    init(brokers: String) throws {
        self.brokers = brokers
        var template = Array("/tmp/sluice-kafka.XXXXXX".utf8CString)
        directory = try String(cString: #require(mkdtemp(&template)))
    }

    deinit { _ = Self.shell("rm -rf '\(directory)'") }

    func write(_ name: String, _ text: String) throws {
        let file = try #require(fopen("\(directory)/\(name)", "w"))
        fputs(text, file)
        fclose(file)
    }

    /// Runs it in the directory. Arguments are words of a shell.
    func run(_ arguments: String, input: String = "/dev/null", withErrors: Bool = false) throws -> Result {
        let program = try #require(Self.path)
        let errors = withErrors ? "2>&1" : "2>/dev/null"
        return Self.shell("cd '\(directory)' && SLUICE_KAFKA_BROKERS='\(brokers)' '\(program)' \(arguments) <'\(input)' \(errors)")
    }

    /// The text of files of the directory, by a pattern.
    func text(_ pattern: String) -> String { Self.shell("cd '\(directory)' && cat \(pattern)").output }

    private static func shell(_ command: String) -> Result {
        guard let pipe = popen(command, "r") else { return Result(exitCode: -1, output: "") }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { output += buffer[..<count] }
        let status = pclose(pipe)
        return Result(exitCode: status >> 8 & 0xFF, output: String(decoding: output, as: UTF8.self))
    }
}
#endif
