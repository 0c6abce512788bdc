import CWorkload
import Glibc
import SluiceCore

/// Measures the embedded log with the loops of `clients/bench.c`: the same commands and options, the same line of JSON.
@main
struct StreamDriver {
    static func main() async {
        do {
            try await run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            _ = Array("\(error)\n".utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            exit(1)
        }
    }

    @concurrent private static func run(_ arguments: [String]) async throws {
        let options = try Options(parsing: arguments.dropFirst())
        switch arguments.first {
        case "create": try MeasuredLog.create(options)
        case "delete": try MeasuredLog.delete(options)
        case "append": try await Appending.run(options)
        case "read": try await Reading.run(options)
        case "tail": try await Tailing.run(options)
        case "stored": try await Stored.run(options)
        default: throw SluiceError(.invalidArgument, "commands are create, delete, append, read, tail and stored")
        }
    }
}
