package import Glibc
import SluiceCore

/// A started program; killed with everything that it started when the test lets go of it.
package final class RunningCommand {
    package let processID: pid_t
    private let files: TemporaryDirectory
    private let needs: [any Sendable]
    private var ending: CommandResult.Ending?
    private var peakMemoryBytes = 0

    init(_ command: Command) throws {
        files = try TemporaryDirectory()
        needs = command.needs
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, try Self.inputPath(command.input, files), O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, files.path("stdout"), O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_addopen(&actions, 2, files.path("stderr"), O_WRONLY | O_CREAT | O_TRUNC, 0o644)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        Self.resetSignals(&attributes)

        // `env` changes the directory and becomes the program: the call that would do it is hidden from Swift.
        let there = command.directory.map { ["env", "--chdir=\($0)", "--"] } ?? []
        let line = there + [command.executable] + command.arguments
        var words = line.map { strdup($0) } + [nil]
        var variables = command.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        Self.keepFilesToItself()
        var child = pid_t()
        let failure = posix_spawnp(&child, line[0], &actions, &attributes, &words, &variables)
        guard failure == 0 else { throw CommandError("cannot start \(command.executable): \(String(cString: strerror(failure)))") }
        processID = child
    }

    deinit {
        guard ending == nil else { return }
        kill(-processID, SIGKILL)
        waitpid(processID, nil, 0)
    }

    /// What the program has printed up to now.
    package var outputSoFar: String { read("stdout") }
    package var errorsSoFar: String { read("stderr") }

    /// Sends a signal to the program, not to what it started.
    package func signal(_ number: Int32) { kill(processID, number) }

    /// Whether the program still runs.
    package var isRunning: Bool {
        poll()
        return ending == nil
    }

    /// The exit code of a program that ended; nil while it runs, and after a signal.
    package var exitCode: Int32? { if case .exit(let code) = ending { code } else { nil } }

    /// Waits for the end; kills the program, and what it started, after `timeout`.
    package func wait(timeout: Duration = .seconds(600)) async throws -> CommandResult {
        let deadline = ContinuousClock.now + timeout
        while isRunning {
            if ContinuousClock.now > deadline {
                kill(-processID, SIGKILL)
                waitpid(processID, nil, 0)
                ending = .timeout
                break
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        return CommandResult(ending: ending ?? .timeout, output: outputSoFar, errors: errorsSoFar, peakMemoryBytes: peakMemoryBytes)
    }

    /// Lets the program run in spans of a fraction of a millisecond until `condition` holds, and leaves it stopped there (`SIGSTOP`); false
    /// when it ended before.
    ///
    /// So a test meets a run half way however fast the machine and the build are. `signal(SIGCONT)` lets it go on.
    package func stop(when condition: () -> Bool) -> Bool {
        while isRunning {
            signal(SIGSTOP)
            if condition() { return isRunning }
            signal(SIGCONT)
            usleep(200)
        }
        return false
    }

    /// Reaps the program if it ended, and reads the kernel's memory high-water mark while it has not.
    ///
    /// `ru_maxrss` would not do: the kernel counts the parent's memory in when a child is made without a copy of its address space.
    private func poll() {
        guard ending == nil else { return }
        peakMemoryBytes = max(peakMemoryBytes, Self.highWaterBytes(processID))
        var status: Int32 = 0
        guard waitpid(processID, &status, WNOHANG) == processID else { return }
        let signal = status & 0x7f
        ending = signal == 0 ? .exit((status >> 8) & 0xff) : .signal(signal)
    }

    private func read(_ name: String) -> String { (try? files.text(name)) ?? "" }

    private static func inputPath(_ input: Command.Input, _ files: TemporaryDirectory) throws -> String {
        switch input {
        case .nothing: return "/dev/null"
        case .file(let path): return path
        case .text(let text): return try files.write("stdin", text)
        }
    }

    /// Its own process group, no blocked signals, and default actions even where the test runner ignores a signal.
    private static func resetSignals(_ attributes: inout posix_spawnattr_t) {
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigemptyset(&all)
        for number in [SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGQUIT] { sigaddset(&all, number) }
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    }

    /// What this process has open is no child's: a connection that a test cuts would stay for its client as long as a child had it, too.
    private static func keepFilesToItself() {
        for name in (try? DiskFiles.list("/proc/self/fd")) ?? [] {
            if let number = Int32(name), number > 2 { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
        }
    }

    /// `VmHWM` of `/proc/PID/status`; 0 once the process has no memory any more.
    private static func highWaterBytes(_ processID: pid_t) -> Int {
        guard let status = try? TemporaryDirectory.contents(of: "/proc/\(processID)/status") else { return 0 }
        for line in status.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            return (line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0) << 10
        }
        return 0
    }
}
