import SluiceCore
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceHTTP

/// Several limiters with one folder are as many processes with one state.
@Suite("limits that processes share")
struct SharedLimitsTests {
    private let directory: TemporaryDirectory
    private let clock = PatientClock()

    init() throws { directory = try TemporaryDirectory() }

    private func limiter() throws -> Limiter {
        let clock = clock
        let pacing = Pacing(clock, wall: WallClock { clock.now.offset.wholeMicros }, random: { 0 })
        let shared = try SharedLimits(folder: directory.path("limits"), name: "a", concurrency: 4, pacing: pacing)
        return Limiter(concurrency: 4, pacing: pacing, sharing: shared)
    }

    @Test("in no stretch are there more requests of all than the rule says") func together() async throws {
        let rules = [RateRule("calls", requests: 6, per: .seconds(60))]
        let limiters = [try limiter(), try limiter(), try limiter()]
        let sent = Mutex<[Duration]>([])
        for number in 0..<30 {
            let clock = clock
            try await limiters[number % 3].run(rules) { () async throws(SluiceError) in sent.withLock { $0.append(clock.now.offset) } }
        }
        let times = sent.withLock { $0 }
        #expect(times.count == 30)
        for first in times.indices.dropLast(6) { #expect(times[first + 6] - times[first] >= .seconds(60)) }
        // A new process knows what the others did.
        let begun = clock.now.offset
        try await limiter().run(rules) { () async throws(SluiceError) in }
        #expect(clock.now.offset > begun || times[24] + .seconds(60) <= begun)
    }

    @Test("a budget of a day that is spent ends the run, for every process") func day() async throws {
        let rules = [RateRule("day", requests: 10, per: .seconds(86_400))]
        for _ in 0..<10 { try await limiter().run(rules) { () async throws(SluiceError) in } }
        do {
            try await limiter().run(rules) { () async throws(SluiceError) in }
            Issue.record("there was something left")
        } catch let error as SluiceError {
            #expect(error.code == .quotaSpent && error.isRetriable)
        }
        try await clock.sleep(for: .seconds(90_000))
        try await limiter().run(rules) { () async throws(SluiceError) in }
    }

    @Test("a pause that one was asked for holds for all") func pause() async throws {
        try limiter().pause(for: .seconds(40))
        try await limiter().run([]) { () async throws(SluiceError) in }
        #expect(clock.now.offset >= .seconds(40))
    }

    @Test("a pause of hours ends the runs of all until it is over") func longPause() async throws {
        try limiter().pause(for: .seconds(7200))
        for limiter in [try limiter(), try limiter()] {
            let error = await #expect(throws: SluiceError.self) {
                try await limiter.run([]) { () async throws(SluiceError) -> Void in Issue.record("it was sent") }
            }
            #expect(error?.code == .quotaSpent && error?.isRetriable == true)
            #expect(error?.message == "the service asked for a pause, of which 7200 s are left")
        }
        #expect(clock.now.offset == .zero)
        try await clock.sleep(for: .seconds(6600))
        try await limiter().run([]) { () async throws(SluiceError) in }
        #expect(clock.now.offset >= .seconds(7200))
    }

    @Test("no more are under way at once than may, over all") func concurrency() async throws {
        let count = UnderWay()
        // Waiting for a place takes time here: a clock that never does would keep others from giving theirs back.
        let limiters = try (0..<3).map { _ in
            Limiter(concurrency: 2, sharing: try SharedLimits(folder: directory.path("limits"), name: "b", concurrency: 2))
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<60 {
                group.addTask {
                    try await limiters[number % 3].run([]) { () async throws(SluiceError) in
                        count.begin()
                        await Task.yield()
                        count.end()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(count.most <= 2)
    }

    @Test(
        "a file that is cut, or no file of this kind, is what is not known",
        arguments: ["", "sent\t1", "\u{0}\u{0}", "sent\tx\ty\tz\npaused\t"])
    func broken(_ text: String) async throws {
        try DiskFiles.createDirectories(directory.path("limits"))
        try DiskFiles.writeAtomically(Array(text.utf8), to: directory.path("limits/a"))
        try await limiter().run([RateRule("calls", requests: 1, per: .seconds(1))]) { () async throws(SluiceError) in }
        #expect(String(decoding: try DiskFiles.read(directory.path("limits/a")), as: UTF8.self).contains("\tcalls"))
    }

    @Test("a clock that was set back does not stop requests for ever") func setBack() {
        let rule = RateRule("calls", requests: 1, per: .seconds(60))
        var budget = SharedBudget()
        #expect(budget.admit([rule], at: 1_000_000_000_000, longestWait: 900_000_000) == .go)
        #expect(budget.admit([rule], at: 500_000_000_000, longestWait: 900_000_000) == .go)
        #expect(SharedBudget(parsing: budget.text) == budget)
        budget.pause(until: 1_000_000_000_000)
        #expect(budget.admit([], at: 999_000_000_000, longestWait: 900_000_000) == .paused(.seconds(1000)))
        #expect(budget.admit([], at: 500_000_000_000, longestWait: 900_000_000) == .go)
    }
}

/// Requests under way at once.
private final class UnderWay: Sendable {
    private let state = Mutex((now: 0, most: 0))

    var most: Int { state.withLock { $0.most } }

    func begin() { state.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func end() { state.withLock { $0.now -= 1 } }
}

extension Duration {
    fileprivate var wholeMicros: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}
