import Glibc
import SluiceTestKit
import Testing

@Suite("running a program")
struct CommandTests {
    @Test("exit code, both outputs, input, environment and directory reach their ends")
    func capture() async throws {
        let directory = try TemporaryDirectory()
        let command = Command(
            "bash", ["-c", "cat; echo \"$WORD in $PWD\" >&2; exit 7"], environment: ["WORD": "here"], directory: directory.root,
            input: .text("typed\n"))
        let result = try await command.run()
        #expect(result.exitCode == 7)
        #expect(result.output == "typed\n")
        #expect(result.errors == "here in \(directory.root)\n")
    }

    @Test("a program that runs too long is killed with its children")
    func timeout() async throws {
        let directory = try TemporaryDirectory()
        let command = Command.shell("sleep 600 & echo $! > child; wait", directory: directory.root)
        let result = try await command.run(timeout: .milliseconds(500))
        #expect(result.ending == .timeout)
        let child = try directory.text("child").trimmed
        let state = try await Command.shell("for i in $(seq 100); do kill -0 \(child) 2>/dev/null || exit 0; sleep 0.05; done; ps \(child)")
            .run()
        #expect(!state.output.contains("sleep 600") || state.output.contains("defunct"))
    }

    @Test("a signal is told from an exit code")
    func signals() async throws {
        let running = try Command("sleep", ["60"]).start()
        running.signal(9)
        #expect(try await running.wait().ending == .signal(9))
    }

    @Test("a program is stopped where a condition holds, and goes on when it is let")
    func stopping() async throws {
        let directory = try TemporaryDirectory()
        let running = try Command.shell("for i in $(seq 1000); do echo $i > $i; done; echo done > end", directory: directory.root).start()
        #expect(running.stop { directory.exists("5") })
        try await Task.sleep(for: .milliseconds(50))
        #expect(!directory.exists("end"))
        running.signal(SIGCONT)
        #expect(try await running.wait().exitCode == 0)
        #expect(directory.exists("end"))
    }

    @Test("peak memory is the child's own")
    func memory() async throws {
        let small = try await Command("sleep", ["0.05"]).run()
        #expect(small.peakMemoryBytes > 0)
        #expect(small.peakMemoryBytes < 16 << 20)
    }

    @Test("a program that is not there is an error of the harness")
    func absent() async throws {
        await #expect(throws: CommandError.self) { try await Command("/no/such/program").run() }
    }
}
