import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceHTTP

@Suite("limits of an account")
struct LimiterMachineTests {
    private let rule = RateRule("exports", requests: 2, per: .seconds(60))
    private let longest = Duration.seconds(900)

    @Test("a window slides: in no stretch of it are there more requests") func window() {
        var machine = LimiterMachine(concurrency: 9)
        #expect(machine.admit([rule], at: .seconds(0), longestWait: longest) == .go)
        #expect(machine.admit([rule], at: .seconds(50), longestWait: longest) == .go)
        #expect(machine.admit([rule], at: .seconds(55), longestWait: longest) == .wait(.seconds(5)))
        #expect(machine.admit([rule], at: .seconds(60), longestWait: longest) == .go)
        #expect(machine.admit([rule], at: .seconds(61), longestWait: longest) == .wait(.seconds(49)))
    }

    @Test("several rules hold together, and a name counts together") func rules() {
        var machine = LimiterMachine(concurrency: 9)
        let account = RateRule("account", requests: 3, per: .seconds(10))
        #expect(machine.admit([account, rule], at: .zero, longestWait: longest) == .go)
        #expect(machine.admit([account, rule], at: .zero, longestWait: longest) == .go)
        #expect(machine.admit([account, rule], at: .zero, longestWait: longest) == .wait(.seconds(60)))
        #expect(machine.admit([account], at: .zero, longestWait: longest) == .go)
        #expect(machine.admit([account], at: .zero, longestWait: longest) == .wait(.seconds(10)))
    }

    @Test("no more are under way than may be") func concurrency() {
        var machine = LimiterMachine(concurrency: 1)
        #expect(machine.admit([], at: .zero, longestWait: longest) == .go)
        #expect(machine.admit([], at: .zero, longestWait: longest) == .full)
        machine.finished()
        #expect(machine.admit([], at: .zero, longestWait: longest) == .go)
    }

    @Test("a pause holds for everything of the account") func pause() {
        var machine = LimiterMachine(concurrency: 9)
        machine.pause(until: .seconds(30))
        machine.pause(until: .seconds(10))
        #expect(machine.admit([], at: .seconds(12), longestWait: longest) == .wait(.seconds(18)))
        #expect(machine.admit([], at: .seconds(30), longestWait: longest) == .go)
        machine.pause(until: .seconds(2000))
        #expect(machine.admit([], at: .seconds(1000), longestWait: longest) == .paused(.seconds(1000)))
    }

    @Test("a budget that is spent for hours is an error, not a wait") func budget() {
        var machine = LimiterMachine(concurrency: 9)
        let day = RateRule("day", requests: 1, per: .seconds(86_400))
        #expect(machine.admit([day], at: .zero, longestWait: longest) == .go)
        #expect(machine.admit([day], at: .seconds(10), longestWait: longest) == .spent(day, .seconds(86_390)))
    }

    @Test("many tasks go one after another at the rate") func limiter() async throws {
        let clock = PatientClock()
        let limiter = Limiter(concurrency: 2, pacing: Pacing(clock, random: { 0 }))
        let rule = RateRule("r", requests: 5, per: .seconds(10))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { try await limiter.run([rule]) { () async throws(SluiceError) in } } }
            try await group.waitForAll()
        }
        // Twenty requests, five in ten seconds: three times ten seconds pass at least.
        #expect(clock.now.offset >= .seconds(30))
    }
}
