import GRDB
import SluiceCore
import Testing

@testable import SluiceCatalog

@Suite("the ledger of the schedule") struct ScheduleLedgerTests {
    private let home = TemporaryHome()

    private func run(_ id: String) -> ScheduledRun {
        ScheduledRun(id: RunID(id), job: "a", logical: 1, cause: .manual, createdMicros: 1, notBeforeMicros: 1)
    }

    @Test("changes beside the leader are counted, and its own are not; a transaction tells which runs it wrote")
    func requests() throws {
        let catalog = try home.open()
        guard case .leads(let leader) = try catalog.takeScheduleLead(nil, seconds: 15) else { throw SluiceError(.leaseLost, "no lead") }
        func count() throws -> Int64 { try catalog.readSchedule { try $0.counts().requests } }
        let before = try count()
        let written = try catalog.schedule(leading: leader.token) { ledger in
            var first = run("01A")
            try ledger.add(first)
            first.attempts = 1
            try ledger.update(first)
            return ledger.writtenRuns
        }
        #expect(written.map(\.attempts) == [0, 1])
        #expect(try count() == before)
        try catalog.changeSchedule { try $0.add(run("01B")) }
        try catalog.changeSchedule(isSynced: false) { try $0.add(run("01C")) }
        #expect(try count() == before + 2)
        #expect(try catalog.readSchedule { try $0.openRuns() }.map(\.id.text) == ["01A", "01B", "01C"])
    }

    @Test("what is not synced is one transaction all the same, and what comes behind it is synced again")
    func unsynced() throws {
        let catalog = try home.open()
        func level() throws -> Int? { try catalog.queue.read { try Int.fetchOne($0, sql: "PRAGMA synchronous") } }
        #expect(try level() == 2)
        #expect(throws: SluiceError.self) {
            try catalog.changeSchedule(isSynced: false) { ledger in
                try ledger.add(run("01A"))
                throw SluiceError(.ioFailure, "in the middle")
            }
        }
        #expect(try catalog.readSchedule { try $0.openRuns() }.isEmpty)
        #expect(try level() == 2)
    }
}
