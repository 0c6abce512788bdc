import CSystemCalls
import Glibc
package import SluiceCatalog
package import SluiceCore

/// Jobs as processes of this machine, each in a process group of its own, behind a shell that keeps its exit code in a file: so the code is known
/// to whichever scheduler is there when it ends.
package final class ProcessLauncher: JobLauncher {
    /// The gate is descriptor 3. A signal to the group ends the program and not the shell, which waits for it. The file for the exit code gets its room
    /// before the program may fill the disk, and is written over then.
    private static let script = """
        status=$1.$$; shift
        { printf '%-5s\\n' '' > "$status"; } 2>/dev/null
        keep() { printf '%-5s\\n' "$1" 1<> "$status"; } 2>/dev/null
        read -r word <&3 || { keep gate; exit 75; }
        exec 3<&-
        trap : TERM INT HUP QUIT
        "$@"
        code=$?
        keep $code
        exit $code
        """

    /// Children of which nobody asks how they end: commands of notices, processes that were abandoned.
    private var helpers: [Int32] = []
    /// Exit codes of own children that were asked for, until the ledger has them: where the disk is full there is no other note.
    private var reaped: [Int32: Int] = [:]
    private let watch: ProcessWatch?
    /// Processes that could not be watched.
    private var unwatched: Set<Int32> = []

    /// - Parameter ended: Called on any thread when a process has ended; nil: nobody is called.
    package init(ended: (@Sendable () -> Void)? = nil) { watch = ended.map { ProcessWatch($0) } }

    package var tellsEnds: Bool { watch != nil && unwatched.isEmpty }

    /// Where the exit code is kept until the ledger has it. The process's number is a part of it: a scheduler that lost its lead while its process
    /// waited may have started one for the same attempt as the scheduler that came after, and its note must not count for the other.
    private static func statusPath(_ attempt: RunAttempt) -> String { statusStem(log: attempt.log) + ".\(attempt.process.processID)" }
    private static func statusStem(log: String) -> String { log + ".status" }

    package func prepare(_ launch: JobLaunch) throws(SluiceError) -> PreparedJob {
        let (log, failure) = try openLog(launch.log)
        defer { close(log) }
        let words = ["/bin/sh", "-c", Self.script, "sluice-job", Self.statusStem(log: AbsolutePath.of(launch.log))] + launch.program
        var job = try start(words, launch.environment, launch.directory, output: log)
        job.logFailure = failure
        follow(job.process.processID)
        return job
    }

    /// The log; where it cannot be opened (a full disk, for one), nothing in its place: the job is worth more than what it prints.
    private func openLog(_ path: String) throws(SluiceError) -> (descriptor: Int32, failure: SluiceError?) {
        var failure: SluiceError?
        do throws(SluiceError) {
            try DiskFiles.createDirectories(DiskFiles.parent(of: path))
            let log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
            if log >= 0 { return (log, nil) }
            failure = .system(errno, cannot: "open log", path)
        } catch {
            failure = error
        }
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard null >= 0 else { throw .system(errno, cannot: "open", "/dev/null") }
        return (null, failure)
    }

    package func release(_ job: PreparedJob) {
        var line: [UInt8] = Array("go\n".utf8)
        _ = write(job.gate, &line, line.count)
        close(job.gate)
    }

    package func abandon(_ job: PreparedJob) {
        close(job.gate)
        watch?.forget(job.process.processID)
        unwatched.remove(job.process.processID)
        leave(job.process.processID)
    }

    package func outcome(of attempt: RunAttempt) -> JobOutcome? {
        // A child that has ended stays until it is asked for; of those of an earlier scheduler there is nothing to ask.
        let process = attempt.process.processID
        follow(process)
        var status: Int32 = 0
        switch waitpid(process, &status, WNOHANG) {
        case 0: return nil
        case process: reaped[process] = Self.exitCode(status)
        default: break
        }
        if let outcome = stored(attempt) { return outcome }
        if attempt.process.isRunning { return nil }
        // It may have ended between the two looks.
        return stored(attempt) ?? reaped[process].map { .exited($0) } ?? .lost
    }

    private func follow(_ process: Int32) {
        guard let watch, !watch.isWatched(process), !unwatched.contains(process) else { return }
        if !watch.watch(process) { unwatched.insert(process) }
    }

    /// Of a status of wait(2): 128 and the signal's number where one ended the process.
    private static func exitCode(_ status: Int32) -> Int {
        let signal = status & 0x7F
        return signal == 0 ? Int(status >> 8 & 0xFF) : 128 + Int(signal)
    }

    package func end(_ attempt: RunAttempt, isHard: Bool) {
        guard attempt.process.isRunning else { return }
        kill(-attempt.process.processID, isHard ? SIGKILL : SIGTERM)
    }

    package func forget(_ attempt: RunAttempt) {
        reaped[attempt.process.processID] = nil
        watch?.forget(attempt.process.processID)
        unwatched.remove(attempt.process.processID)
        unlink(Self.statusPath(attempt))
    }

    /// The notice goes by the environment, so that nobody has to feed a pipe.
    private static let noticeScript = """
        read -r word <&3; exec 3<&-
        command=$1; shift
        printf '%s\\n' "$SLUICE_NOTICE" | sh -c "$command"
        code=$?
        if [ $code -ne 0 ] && [ $# -gt 0 ]; then printf '%s\\n' "$SLUICE_NOTICE" | "$@" $code; fi
        """

    package func notify(command: String, text: String, directory: String, otherwise: [String]) {
        let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard null >= 0 else { return }
        defer { close(null) }
        let words = ["/bin/sh", "-c", Self.noticeScript, "sluice-notice", command] + otherwise
        guard let job = try? start(words, ["SLUICE_NOTICE": text], directory, output: null) else { return }
        release(job)
        leave(job.process.processID)
    }

    /// Collects a child some time after it has ended.
    private func leave(_ process: Int32) { helpers = helpers.filter { waitpid($0, nil, WNOHANG) == 0 } + [process] }

    private func stored(_ attempt: RunAttempt) -> JobOutcome? {
        // One write of a line: what has no end found no room on the disk, and blanks keep the room.
        guard let bytes = try? DiskFiles.read(Self.statusPath(attempt)), bytes.last == UInt8(ascii: "\n") else { return nil }
        let text = String(decoding: bytes.prefix { $0 > UInt8(ascii: " ") }, as: UTF8.self)
        if text.isEmpty { return nil }
        return text == "gate" ? .neverStarted : Int(text).map { .exited($0) } ?? .lost
    }

    private func start(
        _ words: [String], _ environment: [String: String], _ directory: String, output: Int32
    ) throws(SluiceError) -> PreparedJob {
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        var variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { variables.forEach { free($0) } }
        var (process, gate): (Int32, Int32) = (-1, -1)
        let failure = sluice_spawn_gated(&arguments, &variables, directory, output, &gate, &process)
        guard failure == 0 else { throw .system(failure, cannot: "start a process in", directory) }
        return PreparedJob(process: ProcessIdentity(of: process), gate: gate)
    }

}
