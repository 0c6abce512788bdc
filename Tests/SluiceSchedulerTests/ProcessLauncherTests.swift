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
}
