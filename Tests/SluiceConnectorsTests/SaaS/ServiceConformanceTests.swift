import SluiceCore
import SluiceHTTP
import SluiceJSON
import SluiceMocks
import SluicePipelines
import Testing

@testable import SluiceConnectors

/// Every connector to a service against its mock, under every fault: the destination is equal to the source, row for row, or the run says what is
/// missing and goes on.
@Suite("conformance of connectors to services", .serialized)
struct ServiceConformanceTests {
    private static let rows = 600

    /// Faults that pass: a run gets over them by itself.
    private static let fleeting: [MockFault] = [
        .throttle, .throttleDate, .throttleBare, .serverError, .errorInSuccess, .reset, .cut, .truncated, .notJSON, .expireToken,
        .timePasses, .newField,
    ]

    @Test("nothing goes wrong", arguments: ServiceHarness.subjects) func plain(_ subject: ServiceHarness.Subject) async throws {
        let harness = try ServiceHarness(subject, rows: Self.rows)
        try await harness.run()
        if !harness.hasWaited { #expect(harness.written == harness.destination.count) }
        try await harness.settle()
        #expect(try harness.destination == harness.expected())
        #expect(harness.server.violations.map(\.violation) == [])
    }

    @Test("each fault that passes, again and again", arguments: ServiceHarness.subjects, fleeting)
    func passing(_ subject: ServiceHarness.Subject, _ fault: MockFault) async throws {
        let plan = FaultPlan([FaultPlan.Rule(fault, at: 2...Int.max, every: fault.lasts ? 1 : 4)])
        let harness = try ServiceHarness(subject, rows: Self.rows, plan: plan)
        try await harness.run()
        // What was changed while it was read comes with the next run.
        try await harness.settle()
        #expect(try harness.destination == harness.expected())
        #expect(harness.server.violations.map(\.violation) == [])
    }

    @Test("a body that comes a byte at a time is given up and asked for again", arguments: ServiceHarness.subjects)
    func drip(_ subject: ServiceHarness.Subject) async throws {
        let plan = FaultPlan([FaultPlan.Rule(.drip, at: 3...3)])
        let harness = try ServiceHarness(subject, rows: Self.rows, plan: plan, timeout: .milliseconds(1_500))
        try await harness.run()
        try await harness.settle()
        #expect(try harness.destination == harness.expected())
    }

    @Test("a page's cursor that has ended", arguments: ServiceHarness.subjects) func expiredCursor(_ subject: ServiceHarness.Subject)
        async throws
    {
        let plan = FaultPlan([FaultPlan.Rule(.expireCursor, at: 6...6), FaultPlan.Rule(.expireCursor, at: 9...9)])
        let harness = try ServiceHarness(subject, rows: Self.rows, plan: plan)
        try await harness.run()
        if !harness.hasWaited { #expect(harness.written == harness.destination.count) }
        try await harness.settle()
        #expect(try harness.destination == harness.expected())
    }

    @Test("records that come into sight late, and others that change between the pages", arguments: ServiceHarness.subjects)
    func lateWrites(_ subject: ServiceHarness.Subject) async throws {
        let plan = FaultPlan([FaultPlan.Rule(.lateWrites, at: 1...Int.max), FaultPlan.Rule(.timePasses, at: 1...Int.max)])
        let harness = try ServiceHarness(subject, rows: Self.rows, plan: plan)
        for _ in 0..<4 {
            try await harness.run()
            try await harness.pass(.seconds(45))
        }
        try await harness.settle()
        #expect(try harness.destination == harness.expected())
    }

    @Test("a run that is cut off between slices goes on behind the last one", arguments: ServiceHarness.subjects)
    func resumed(_ subject: ServiceHarness.Subject) async throws {
        let harness = try ServiceHarness(subject, rows: Self.rows)
        for slices in [0, 1, 1] { try await harness.run(stopsAfter: slices) }
        #expect(harness.destination.count < Self.rows)
        try await harness.run()
        if !harness.hasWaited { #expect(harness.written == harness.destination.count) }
        try await harness.settle()
        #expect(try harness.destination == harness.expected())
    }

    @Test(
        "what does not pass ends the run with its reason, and the next one goes on", arguments: ServiceHarness.subjects,
        [MockFault.wrongShape, .huge, .redirect, .endless, .serverError])
    func lasting(_ subject: ServiceHarness.Subject, _ fault: MockFault) async throws {
        // A file has an end that is said beforehand.
        if fault == .endless, subject.isFile { return }
        let harness = try ServiceHarness(
            subject, rows: Self.rows, plan: FaultPlan([FaultPlan.Rule(fault, at: subject.firstLater...Int.max)]))
        do {
            try await harness.run(limitBytes: 1)
            Issue.record("the run has no fault")
        } catch let error as SluiceError {
            let codes: [MockFault: SluiceError.Code] = [.huge: .limitExceeded, .redirect: .foreignHost]
            #expect(error.code == codes[fault] ?? .serviceFailed, "\(error)")
            #expect(!"\(error)".contains("s3cret"))
        }
        let before = harness.destination.count
        #expect(before > 0)
        try await harness.settle()
        if !harness.hasWaited { #expect(harness.written >= harness.destination.count) }
        #expect(try harness.destination == harness.expected())
    }

    @Test("values that fit no type are dead letters, with their reason; all others are there") func badValues() async throws {
        let subject = try #require(ServiceHarness.subjects.first { $0.connector == "zendesk" })
        let harness = try ServiceHarness(subject, rows: 500, plan: FaultPlan([FaultPlan.Rule(.badValues, at: 1...Int.max)]))
        try await harness.run()
        let bad = harness.server.records("zendesk", "tickets").filter { record in
            record["group_id"].map { $0.integer == nil } ?? false
        }
        #expect(bad.count == 50)
        #expect(harness.rejects.count == bad.count)
        let all = try harness.expected()
        let good = all.filter { entry in !bad.contains { $0["id"]?.integer.map { String($0) } == entry.key } }
        #expect(harness.destination == good)
    }

    @Test("later runs ask for what is new, and get little else", arguments: ServiceHarness.subjects)
    func incremental(_ subject: ServiceHarness.Subject) async throws {
        let harness = try ServiceHarness(subject, rows: Self.rows)
        try await harness.run()
        try await harness.settle()
        let (first, before) = (harness.server.journal.count, harness.written)
        try await harness.pass(.seconds(600))
        try await harness.run()
        #expect(try harness.destination == harness.expected())
        // Ten minutes bring at most sixty changes.
        #expect(harness.written - before <= 60)
        #expect(harness.server.journal.count - first <= 45)
        let again = harness.written
        #expect(again > before)
        try await harness.run()
        #expect(harness.written == again)
    }

    @Test("a whole reading, without a bookmark") func whole() async throws {
        for subject in ServiceHarness.subjects {
            let harness = try ServiceHarness(subject, rows: 300)
            let read = try await harness.source().readAll()
            #expect(try read.rows.count == harness.expected().count)
            #expect(read.rejects.isEmpty)
        }
    }
}
