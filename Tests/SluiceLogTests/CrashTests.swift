import Glibc
import SluiceCore
import Testing

@Suite("killed writers")
struct CrashTests {
    /// A short form of what `scripts/stream-crashes` does for hours.
    @Test("no acknowledged record is lost and none doubled, whenever the process is killed")
    func kills() throws {
        let temporary = TemporaryDirectory()
        let program = try #require(Self.program, "the crash writer was not built beside the tests")
        let log = temporary.path + "/log"
        let status = try run([program, "drive", temporary.path + "/state", "30"], output: log)
        let output = String(decoding: try DiskFiles.read(log), as: UTF8.self)
        #expect(status == 0, "\(output)")
        #expect(output.contains("30 crashes"))
    }

    /// Beside the bundle of the tests.
    private static var program: String? {
        var directory = DiskFiles.parent(of: CommandLine.arguments[0])
        for _ in 0..<4 {
            let path = directory + "/stream-crash-writer"
            if access(path, X_OK) == 0 { return path }
            directory = DiskFiles.parent(of: directory)
        }
        return nil
    }

    private func run(_ words: [String], output: String) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o644)
        let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        #expect(posix_spawn(&process, words[0], &actions, nil, arguments, environ) == 0)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return status
    }
}
