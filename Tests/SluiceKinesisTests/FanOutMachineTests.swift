import SluiceAWS
import SluiceCore
import SluiceStreams
import Testing

@testable import SluiceKinesis

@Suite("what a subscription through a consumer does next")
struct FanOutMachineTests {
    private static let passing = SluiceError(.serviceUnreachable, "away", isRetriable: true)

    private func machine(_ position: IteratorPosition) -> FanOutMachine {
        FanOutMachine(from: position, attempts: 3, nowMicros: 7_000_000)
    }

    @Test("each stream begins behind the place that the last event named")
    func continuation() {
        var machine = machine(.trimHorizon)
        #expect(machine.next == .open(.trimHorizon))
        machine.opened()
        #expect(machine.next == .read)
        machine.received(continuation: SequenceNumber(5))
        machine.received(continuation: SequenceNumber(9))
        #expect(machine.next == .read)
        machine.closed()
        #expect(machine.next == .open(.afterSequenceNumber(SequenceNumber(9))))
        machine.opened()
        machine.received(continuation: nil)
        #expect(machine.next == .end)
    }

    @Test("what was the end at first is a time later, whether a stream began or not")
    func latest() {
        var begun = machine(.latest)
        #expect(begun.next == .open(.latest))
        begun.opened()
        begun.closed()
        #expect(begun.next == .open(.atTimestamp(micros: 7_000_000)))
        var failed = machine(.latest)
        let goesOn1 = failed.failed(Self.passing)
        #expect(goesOn1)
        failed.paused()
        #expect(failed.next == .open(.atTimestamp(micros: 7_000_000)))
    }

    @Test("failures are waited out until there are too many in a row, and an event is the end of a row")
    func failures() {
        var machine = machine(.trimHorizon)
        let goesOn2 = machine.failed(Self.passing)
        #expect(goesOn2)
        #expect(machine.next == .pause(failures: 1))
        machine.paused()
        let goesOn3 = machine.failed(SluiceError(.resourceInUse, "too early"))
        #expect(goesOn3)
        #expect(machine.next == .pause(failures: 2))
        machine.paused()
        machine.opened()
        machine.received(continuation: SequenceNumber(1))
        let goesOn4 = machine.failed(Self.passing)
        #expect(goesOn4)
        #expect(machine.next == .pause(failures: 1))
        machine.paused()
        let goesOn5 = machine.failed(Self.passing)
        #expect(goesOn5)
        machine.paused()
        let goesOn6 = machine.failed(Self.passing)
        #expect(!goesOn6)
        #expect(machine.next == .end)
        var denied = self.machine(.trimHorizon)
        let goesOn7 = denied.failed(SluiceError(.accessDenied, "no"))
        #expect(!goesOn7)
        #expect(denied.next == .end)
    }
}
