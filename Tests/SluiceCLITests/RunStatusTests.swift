import SluiceCatalog
import Testing

@testable import SluiceCLI

@Suite("Exit codes of commands that wait for runs") struct RunStatusTests {
    private func run(_ state: ScheduledRunState, _ cause: RunCause) -> ScheduledRun {
        var random = SystemRandomNumberGenerator()
        var run = ScheduledRun(
            id: RunID(atMicros: 1, using: &random), job: "a", logical: 0, cause: cause, createdMicros: 1, notBeforeMicros: 1)
        run.state = state
        return run
    }

    @Test(
        "one that did not succeed is a failure, whatever made it", arguments: RunCause.allCases,
        [ScheduledRunState.failed, .timedOut, .cancelled])
    func failures(_ cause: RunCause, _ state: ScheduledRunState) {
        #expect(ScheduledRunScreen.status([run(.succeeded, .backfill), run(state, cause), run(.succeeded, cause)]) == .failed)
    }

    @Test("one that was left out is a failure where it was asked for, and none behind others", arguments: RunCause.allCases)
    func skips(_ cause: RunCause) {
        #expect(ScheduledRunScreen.status([run(.succeeded, .manual), run(.skipped, cause)]) == (cause == .jobs ? .done : .failed))
    }
}
