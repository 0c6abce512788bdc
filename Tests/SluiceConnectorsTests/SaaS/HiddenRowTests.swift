import SluiceMocks
import SluicePipelines
import SluiceSaaS
import Testing

@testable import SluiceConnectors

/// Tables of ServiceNow of which most rows may not be seen, or have one time.
@Suite("rows that are hidden, and rows of one time")
struct HiddenRowTests {
    private static let hiding = FaultPlan([FaultPlan.Rule(.hideRows, at: 1...Int.max)])

    private func harness(rows: Int, size: Int, plan: FaultPlan = FaultPlan()) throws -> ServiceHarness {
        let subject = try #require(ServiceHarness.subjects.first { $0.connector == "servicenow" })
        let harness = try ServiceHarness(subject, rows: rows, plan: plan)
        harness.changing = { $0.read?.size = size }
        return harness
    }

    @Test("access rules that leave pages short, and many of them empty, lose no row that may be seen", arguments: [7, 50, 1_000])
    func hidden(_ size: Int) async throws {
        let harness = try harness(rows: 2_500, size: size, plan: Self.hiding)
        let whole = try await harness.source().readAll()
        #expect(try whole.rows.count == harness.expected().count)
        #expect(whole.rows.count < 600)
        try await harness.run()
        #expect(try harness.destination == harness.expected())
        #expect(harness.written == harness.destination.count)
        try await harness.pass(.seconds(3_600))
        try await harness.run()
        #expect(try harness.destination == harness.expected())
        #expect(harness.server.violations.map(\.violation) == [])
    }

    @Test("more rows of one time than a page has are all read, once", arguments: [1, 2, 3]) func tied(_ size: Int) async throws {
        let harness = try harness(rows: 60, size: size)
        let whole = try await harness.source().readAll()
        #expect(whole.rows.count == 60)
        // A run that is cut off among them goes on there.
        for slices in [0, 1, 1] { try await harness.run(stopsAfter: slices, limitBytes: 1) }
        try await harness.run()
        #expect(harness.written == 60)
        #expect(try harness.destination == harness.expected())
    }
}
