import SluiceCore
import SluiceHTTP
import SluiceMocks
import SluicePipelines
import SluiceSaaS
import Testing

@testable import SluiceConnectors

/// Reading by jobs of a service's bulk interface.
@Suite("reading by jobs")
struct JobReadTests {
    private static let subject = ServiceHarness.bulk

    @Test("a run that is cut off goes on with the same job, and behind the last page that was committed") func resumed() async throws {
        let harness = try ServiceHarness(Self.subject, rows: 600)
        for slices in [0, 0, 1, 1] { try await harness.run(stopsAfter: slices) }
        #expect(harness.destination.count < 600 && harness.destination.count > 0)
        #expect(harness.jobs == 1)
        try await harness.run()
        #expect(harness.destination.count == 600)
        #expect(harness.written == 600)
        // The window behind it has a job of its own.
        #expect(harness.jobs == 2)
    }

    @Test("a job that fails is made again; one that always fails ends the run with its reason") func failing() async throws {
        let once = try ServiceHarness(Self.subject, rows: 300, plan: FaultPlan([FaultPlan.Rule(.failJob, at: 2...2)]))
        try await once.run()
        #expect(once.destination.count == 300)
        let always = try ServiceHarness(Self.subject, rows: 300, plan: FaultPlan([FaultPlan.Rule(.failJob, at: 1...Int.max)]))
        do {
            try await always.run()
            Issue.record("the run has no fault")
        } catch let error as SluiceError {
            #expect(error.code == .jobFailedThere, "\(error)")
            #expect(error.message.contains("the mock was told"))
        }
        try await always.settle()
        #expect(try always.destination == always.expected())
    }

    @Test("a slow job is waited for; a file that is not there yet is asked for again") func patience() async throws {
        let slow = try ServiceHarness(Self.subject, rows: 300, plan: FaultPlan([FaultPlan.Rule(.slowJob, at: 1...Int.max)]))
        try await slow.run()
        try await slow.settle()
        #expect(try slow.destination == slow.expected())
        #expect(slow.server.violations.map(\.violation) == [])
        let missing = try ServiceHarness(Self.subject, rows: 300, plan: FaultPlan([FaultPlan.Rule(.missingFile, at: 4...5)]))
        try await missing.run()
        #expect(missing.destination.count == 300)
        #expect(missing.jobs == 1)
    }

    @Test("a locator that has ended: the results are read again, and what was handed out is left out", arguments: [5, 9])
    func locator(_ number: Int) async throws {
        let harness = try ServiceHarness(Self.subject, rows: 600, plan: FaultPlan([FaultPlan.Rule(.expireCursor, at: number...number)]))
        try await harness.run()
        #expect(harness.destination.count == 600)
        #expect(harness.written == 600)
    }

    @Test("auto takes pages for a few records, and a job for many", arguments: [(1_000, false), (600, true)])
    func threshold(_ threshold: Int, _ usesJob: Bool) async throws {
        let harness = try ServiceHarness(Self.subject, rows: 600)
        harness.bulk = "auto"
        harness.threshold = threshold
        try await harness.run()
        #expect(harness.destination.count == 600)
        #expect((harness.jobs > 0) == usesJob)
        harness.bulk = "never"
        try await harness.pass(.seconds(60))
        let before = harness.jobs
        try await harness.run()
        #expect(harness.jobs == before)
        #expect(try harness.destination == harness.expected())
    }

    @Test("texts with a NUL are rows like any other, or dead letters; nothing else is lost") func nul() async throws {
        let harness = try ServiceHarness(Self.subject, rows: 300, plan: FaultPlan([FaultPlan.Rule(.badBytes, at: 1...Int.max)]))
        try await harness.run()
        #expect(harness.destination.count + harness.rejects.count == 300)
    }

    @Test("an entity whose jobs ask for stretches of time is refused without a beginning, before it runs") func beginning() async throws {
        let bench = try Workbench()
        _ = try ConnectionStore(bench.catalog).set(
            "mock", connector: "marketo", settings: ["munchkin": "1-A-2", "client_id": "me"], secrets: ["client_secret": "s3cret-secret"],
            address: nil)
        let definition = "marketo: leads\nconnection: mock"
        let error = try #require(await sluiceError { _ = try await bench.source(definition) })
        #expect(error.code == .missingKey && error.location != nil && error.remedy?.contains("from: ") == true, "\(error)")
        _ = try await bench.source(definition + "\nfrom: \"2024-01-01T00:00:00Z\"")
    }
}
