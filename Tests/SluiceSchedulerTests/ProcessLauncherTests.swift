import Glibc
import SluiceCatalog
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceScheduler

@Suite("processes of jobs") struct ProcessLauncherTests {
    @Test("of two processes of one attempt, the one that was abandoned at its gate does nothing, and its note counts for it alone")
    func abandoned() async throws {
        let directory = try TemporaryDirectory()
        let run = ScheduledRun(
            id: RunID("01JDXA0000000000000000TEST"), job: "a", logical: 0, cause: .schedule, createdMicros: 0, notBeforeMicros: 0)
        let launch = JobLaunch(
            run: run, attempt: 1, program: ["sh", "-c", "echo did; exit 7"], environment: [:], directory: directory.root,
            log: directory.path("logs/a-1.log"))
        let launcher = ProcessLauncher()
        let (first, second) = (try launcher.prepare(launch), try launcher.prepare(launch))
        launcher.abandon(first)
        launcher.release(second)
        let attempts = [first, second].map { RunAttempt(run: run.id, number: 1, startedMicros: 0, process: $0.process, log: launch.log) }
        var outcomes: [JobOutcome?] = [nil, nil]
        while outcomes.contains(nil) {
            outcomes = attempts.map { launcher.outcome(of: $0) }
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(outcomes == [.neverStarted, .exited(7)])
        #expect(try directory.text("logs/a-1.log") == "did\n")
    }

    private static func run(_ launch: JobLaunch) async throws -> (JobOutcome, SluiceError?) {
        let launcher = ProcessLauncher()
        let job = try launcher.prepare(launch)
        launcher.release(job)
        let attempt = RunAttempt(run: launch.run.id, number: 1, startedMicros: 0, process: job.process, log: launch.log)
        while true {
            if let outcome = launcher.outcome(of: attempt) { return (outcome, job.logFailure) }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private static func launch(_ program: [String], _ directory: TemporaryDirectory, log: String) -> JobLaunch {
        let run = ScheduledRun(
            id: RunID("01JDXA0000000000000000TEST"), job: "a", logical: 0, cause: .schedule, createdMicros: 0, notBeforeMicros: 0)
        return JobLaunch(run: run, attempt: 1, program: program, environment: [:], directory: directory.root, log: log)
    }

    @Test("a log that cannot be opened costs the log alone: the job runs, and how it ended is known")
    func noLog() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("logs", "a file where the folder should be")
        let launch = Self.launch(["sh", "-c", "echo out; echo did > done; exit 3"], directory, log: directory.path("logs/a-1.log"))
        let (outcome, failure) = try await Self.run(launch)
        #expect(outcome == .exited(3) && failure != nil)
        #expect(try directory.text("done") == "did\n")
    }

    @Test("where the disk is full, a job that does not mind goes on, and one that minds says so by its exit code")
    func full() async throws {
        let directory = try TemporaryDirectory()
        for (name, program, code) in [("a", "echo lost 2>/dev/null; exit 0", 0), ("b", "echo lost || exit 9", 9)] {
            symlink("/dev/full", directory.path("\(name).log"))
            let (outcome, failure) = try await Self.run(Self.launch(["sh", "-c", program], directory, log: directory.path("\(name).log")))
            #expect(outcome == .exited(code) && failure == nil)
        }
    }

    @Test("of a log that is too long the newest part stays; the oldest logs of all go when all are too large")
    func bounds() throws {
        let directory = try TemporaryDirectory()
        let logs = RunLogs(home: directory.root)
        let path = logs.path(job: "a", run: RunID("01AAA"), attempt: 1)
        try DiskFiles.createDirectories(DiskFiles.parent(of: path))
        let size = SchedulerLimits.logBytes + 1_000
        try DiskFiles.writeAtomically([UInt8](repeating: 65, count: 1_000) + [UInt8](repeating: 66, count: size - 1_000), to: path)
        #expect(!logs.cut(path, isOver: false))
        #expect(logs.cut(path, isOver: true))
        let kept = ((try? DiskFiles.read(path + ".1")) ?? []) + (try DiskFiles.read(path))
        #expect((SchedulerLimits.logBytes..<SchedulerLimits.logBytes + 4_096).contains(kept.count))
        #expect(kept.last == 66 && kept.suffix(SchedulerLimits.logBytes).allSatisfy { $0 == 66 })
        unlink(path + ".1")
        for (job, run) in [("b", "01BBB"), ("c", "01CCC"), ("d", "01DDD")] {
            try directory.write("logs/\(job)/\(run)-1.log", String(repeating: "x", count: 1_000))
        }
        logs.trim(to: 1_500, except: ["01BBB"])
        #expect(directory.files(below: "logs").sorted().map { $0.suffix(11) } == ["01BBB-1.log"])
    }

    @Test("what a process writes last is kept, however much it wrote before and while the log was cut") func lastWords() async throws {
        let directory = try TemporaryDirectory()
        let logs = RunLogs(home: directory.root)
        let path = logs.path(job: "a", run: RunID("01AAA"), attempt: 1)
        let words =
            "for i in 1 2 3 4 5 6; do yes \"line $i of a job that writes fast\" | head -c 20000000; done; echo the real cause; exit 1"
        let launcher = ProcessLauncher()
        let launch = Self.launch(["sh", "-c", words], directory, log: path)
        let job = try launcher.prepare(launch)
        launcher.release(job)
        let attempt = RunAttempt(run: launch.run.id, number: 1, startedMicros: 0, process: job.process, log: path)
        while launcher.outcome(of: attempt) == nil { logs.cut(path, isOver: false) }
        logs.cut(path, isOver: true)
        let kept = ((try? DiskFiles.read(path + ".1")) ?? []) + (try DiskFiles.read(path))
        #expect(kept.suffix(15).elementsEqual("the real cause\n".utf8))
        #expect(kept.count <= 2 * SchedulerLimits.logBytes + 4_096)
    }

    @Test("a process has no descriptor of its scheduler's, not even one that is inherited by all programs") func descriptors() async throws
    {
        let directory = try TemporaryDirectory()
        let pair = UnsafeMutablePointer<Int32>.allocate(capacity: 2)
        defer { pair.deallocate() }
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, pair) == 0)
        defer { for index in 0..<2 { close(pair[index]) } }
        let log = directory.path("a.log")
        let (outcome, _) = try await Self.run(Self.launch(["sh", "-c", "ls -l /proc/self/fd"], directory, log: log))
        let listed = try directory.text("a.log")
        #expect(outcome == .exited(0) && !listed.contains("socket:"), "\(listed)")
    }

    @Test("how a process ended is known where it filled the disk that its log is on", .enabled(if: getuid() == 0)) func filled()
        async throws
    {
        let directory = try TemporaryDirectory()
        let folder = directory.path("logs")
        try DiskFiles.createDirectories(folder)
        guard mount("tmpfs", folder, "tmpfs", 0, "size=64k") == 0 else { return }
        defer { umount(folder) }
        let launcher = ProcessLauncher()
        let launch = Self.launch(["sh", "-c", "yes | head -c 200000; exit 4"], directory, log: folder + "/a-1.log")
        let job = try launcher.prepare(launch)
        launcher.release(job)
        // Another scheduler has no child to ask.
        while waitpid(job.process.processID, nil, WNOHANG) == 0 { try await Task.sleep(for: .milliseconds(5)) }
        let attempt = RunAttempt(run: launch.run.id, number: 1, startedMicros: 0, process: job.process, log: launch.log)
        #expect(ProcessLauncher().outcome(of: attempt) == .exited(4))
    }

    @Test("what a command for notices does not take is given to another program, with the exit code") func notices() async throws {
        let directory = try TemporaryDirectory()
        let keeper = ["/bin/sh", "-c", "cat > kept; echo $1 >> kept; mv kept done", "keeper"]
        ProcessLauncher().notify(command: "exit 7", text: "{\"a\": 1}", directory: directory.root, otherwise: keeper)
        while DiskFiles.kind(of: directory.path("done")) == nil { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try directory.text("done") == "{\"a\": 1}\n7\n")
        ProcessLauncher().notify(command: "cat > took", text: "b", directory: directory.root, otherwise: [])
        while (try? directory.text("took")) != "b\n" { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test("properties are lines of name and value; what is none is counted")
    func properties() {
        let found = RunProperties.parse("a=1\nb = 2\n=3\nnone\na=x=y\nc.d-e=\n")
        #expect(found.values == ["a": "x=y", "c.d-e": ""] && found.unreadable == 3)
        #expect(RunProperties.variable("c.d-e") == "C_D_E")
    }
}
