import Glibc
import SluiceCatalog
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceScheduler

/// A flag that tasks share.
private final class Flag: Sendable {
    let value = Atomic(false)
}

/// What wakes the scheduler before its time.
@Suite("waking", .timeLimit(.minutes(15))) struct WakingTests {
    private static let hourMicros: Int64 = 3_600_000_000

    @Test("a sleep ends by its time, by a ring, by a ring before it, and with its task") func alarm() async {
        let alarm = Alarm()
        await alarm.sleep(micros: 1_000)
        alarm.ring()
        alarm.ring()
        await alarm.sleep(micros: Self.hourMicros)
        let sleeper = Task { await alarm.sleep(micros: Self.hourMicros) }
        sleeper.cancel()
        await sleeper.value
        let woken = Task { await alarm.sleep(micros: Self.hourMicros) }
        alarm.ring()
        await woken.value
    }

    @Test("the end of the time of an earlier sleep wakes no later one") func stale() async {
        let alarm = Alarm()
        for _ in 0..<50 {
            let early = Task { await alarm.sleep(micros: 10_000) }
            await Task.yield()
            alarm.ring()
            await early.value
        }
        // A ring that came behind the end of its sleep waits for the next one.
        alarm.ring()
        await alarm.sleep(micros: Self.hourMicros)
        let isOver = Flag()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await alarm.sleep(micros: Self.hourMicros)
                let wasOver = isOver.value.load(ordering: .sequentiallyConsistent)
                #expect(wasOver)
            }
            // The times of sleeps before it are over by then; only the ring may end this one.
            try? await Task.sleep(for: .milliseconds(30))
            isOver.value.store(true, ordering: .sequentiallyConsistent)
            alarm.ring()
        }
    }

    @Test("the end of a process wakes, and its notes are gone behind it; a process that is gone cannot be watched")
    func processes() async throws {
        let directory = try TemporaryDirectory()
        let alarm = Alarm()
        let launcher = ProcessLauncher { alarm.ring() }
        let run = ScheduledRun(
            id: RunID("01JDXA0000000000000000TEST"), job: "a", logical: 0, cause: .schedule, createdMicros: 0, notBeforeMicros: 0)
        let launch = JobLaunch(
            run: run, attempt: 1, program: ["sh", "-c", "exit 4"], environment: [:], directory: directory.root, log: directory.path("a.log")
        )
        let job = try launcher.prepare(launch)
        let attempt = RunAttempt(run: run.id, number: 1, startedMicros: 0, process: job.process, log: launch.log)
        #expect(launcher.tellsEnds && launcher.outcome(of: attempt) == nil)
        launcher.release(job)
        await alarm.sleep(micros: Self.hourMicros)
        #expect(launcher.outcome(of: attempt) == .exited(4))
        launcher.forget(attempt)
        #expect(directory.files() == ["a.log"])
        let watch = ProcessWatch { alarm.ring() }
        #expect(!watch.watch(job.process.processID) && !watch.isWatched(job.process.processID))
    }
}
