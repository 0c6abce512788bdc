import SluiceCatalog
import SluiceTestKit
import Testing

/// Jobs, triggers and workflows behind a port with a scheduler, with clients that know nothing of it.
@Suite("unchanged clients of Glue's jobs") struct JobClientTests {
    @Test(
        "jobs run programs, with attempts, stops and reasons; names and arguments lead nowhere else",
        .enabled(if: ClientTests.python != nil))
    func jobs() async throws {
        let catalog = try await ClientTests().run("jobs", schedules: true)
        let runs = try catalog.readSchedule { try $0.runs(job: "glue-record", limit: 10) }
        #expect(runs.map(\.state) == [.succeeded] && runs[0].cause == .manual)
    }

    @Test("triggers chain jobs, workflows have properties and resume, crawlers have clocks", .enabled(if: ClientTests.python != nil))
    func workflows() async throws {
        let catalog = try await ClientTests().run("workflows", schedules: true)
        let rows = try catalog.readSchedule { try $0.jobs() }
        #expect(rows.first { $0.name == "gluecrawler-raw" }?.schedule.hasPrefix("cron(0 4 * * ? *)") == true)
        #expect(rows.first { $0.name == "gluetrigger-never" }?.isPaused == true)
    }
}
