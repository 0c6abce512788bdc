import SluiceCore
import SluiceMocks
import Testing

@testable import SluiceConnectors

/// Windows that are read by jobs of a service, of which the job is gone before all of its rows were read: another one is made for the same window, and
/// the destination is equal to the source.
@Suite("jobs that are lost")
struct LostJobTests {
    private static let subjects = [ServiceHarness.bulk, ServiceHarness.marketoLeads]
    private static let losses: [MockFault] = [.loseJob, .abortJob]
    private static let rows = 600

    /// The run comes to its end or says why not, and the next one goes on.
    private func finish(_ harness: ServiceHarness) async throws {
        try await harness.settle()
        #expect(try harness.destination == harness.expected())
        #expect(harness.server.violations.map(\.violation) == [])
    }

    @Test("at any request of one run, which gets over it by itself", arguments: subjects, losses)
    func anywhere(_ subject: ServiceHarness.Subject, _ loss: MockFault) async throws {
        var replaced = 0
        for request in 2...8 {
            let harness = try ServiceHarness(subject, rows: 300, plan: FaultPlan([FaultPlan.Rule(loss, at: request...request)]))
            try await harness.run()
            if harness.jobs > 1 { replaced += 1 }
            try await finish(harness)
        }
        #expect(replaced >= 3)
    }

    @Test("between two runs: before a row of it is committed, or behind some", arguments: subjects, losses)
    func between(_ subject: ServiceHarness.Subject, _ loss: MockFault) async throws {
        for slices in 0...2 {
            let harness = try ServiceHarness(subject, rows: Self.rows)
            try await harness.run(stopsAfter: slices)
            let before = harness.destination.count
            #expect(harness.jobs == 1 && (before > 0) == (slices > 0) && before < Self.rows)
            // The first request asks for a token.
            harness.server.plan(FaultPlan([FaultPlan.Rule(loss, at: 2...2)]))
            try await harness.run()
            #expect(harness.destination.count >= Self.rows)
            // What is told names the job and how many of its rows there were.
            let notes = harness.notes.all
            #expect(notes.count == (before > 0 ? 1 : 0) && notes.allSatisfy { $0.contains("is gone, of which \(before) rows") }, "\(notes)")
            try await finish(harness)
        }
    }

    @Test(
        "behind a run that failed on its first rows another job is made; that of one that was cut off is gone on with",
        arguments: subjects)
    func failed(_ subject: ServiceHarness.Subject) async throws {
        for fails in [true, false] {
            let harness = try ServiceHarness(subject, rows: Self.rows)
            try await harness.run(stopsAfter: 0, fails: fails)
            #expect(harness.jobs == 1)
            try await harness.run()
            #expect(harness.jobs == (fails ? 2 : 1))
            try await finish(harness)
        }
        // The service gives no more: the job is of use.
        let harness = try ServiceHarness(subject, rows: Self.rows, plan: FaultPlan([FaultPlan.Rule(.serverError, at: 4...Int.max)]))
        await #expect(throws: SluiceError.self) { try await harness.run() }
        harness.server.plan(FaultPlan())
        try await harness.run()
        #expect(harness.jobs == 1)
        try await finish(harness)
    }

    // Eight days bring so many changes that the other service's file, which the mock writes anew for each range, would take minutes.
    @Test("results are not kept for ever: a run that comes eight days later makes the job anew", arguments: [ServiceHarness.bulk])
    func expired(_ subject: ServiceHarness.Subject) async throws {
        let harness = try ServiceHarness(subject, rows: Self.rows)
        try await harness.run(stopsAfter: 1)
        #expect(harness.jobs == 1)
        try await harness.pass(.seconds(8 * 86_400))
        try await harness.run()
        #expect(harness.jobs > 1)
        try await finish(harness)
    }

    @Test("the state that names a job is gone: another one is made", arguments: subjects)
    func forgotten(_ subject: ServiceHarness.Subject) async throws {
        let harness = try ServiceHarness(subject, rows: Self.rows)
        try await harness.run(stopsAfter: 0)
        harness.commit()
        try await harness.run()
        #expect(harness.jobs >= 2)
        try await finish(harness)
    }

    @Test("a run that is cut off when it has made the other job: the next one goes on with that", arguments: subjects)
    func replacedOnce(_ subject: ServiceHarness.Subject) async throws {
        let harness = try ServiceHarness(subject, rows: Self.rows)
        try await harness.run(stopsAfter: 1)
        harness.server.plan(FaultPlan([FaultPlan.Rule(.loseJob, at: 2...2)]))
        try await harness.run(stopsAfter: 0)
        #expect(harness.jobs == 2)
        try await harness.run(stopsAfter: 1)
        #expect(harness.jobs == 2)
        try await finish(harness)
    }

    @Test("a job that is always lost ends the run with its reason, and the next one goes on", arguments: subjects, losses)
    func always(_ subject: ServiceHarness.Subject, _ loss: MockFault) async throws {
        let harness = try ServiceHarness(subject, rows: Self.rows)
        try await harness.run(stopsAfter: 1)
        harness.server.plan(FaultPlan([FaultPlan.Rule(loss, at: 1...Int.max)]))
        await #expect(throws: SluiceError.self) { try await harness.run() }
        #expect(harness.jobs <= 5)
        try await finish(harness)
    }
}
