import Glibc
import SluiceCore
import SluiceHTTP
import SluiceMocks
import SluicePipelines
import SluiceSaaS
import SluiceTestKit
import Testing

@testable import SluiceConnectors

/// Pulls of everything that are cut off, and go on where they stopped.
@Suite("pulls of everything that go on")
struct FullPullTests {
    private static let subjects = [
        ServiceHarness.Subject(
            connector: "salesforce", entity: "accounts", settings: ["domain": "acme", "client_id": "me", "client_secret": "s"], keys: ["Id"]
        ),
        ServiceHarness.Subject(connector: "stripe", entity: "customers", settings: ["api_key": "sk_test_s3cret"], keys: ["id"]),
        ServiceHarness.Subject(connector: "slack", entity: "users", settings: ["token": "xoxb-s3cret"], keys: ["id"]),
    ]

    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func source(_ harness: ServiceHarness) throws -> ServiceSource {
        var source = try harness.source()
        source.keptPages = directory.path("pulls/p")
        return try #require(source.keeping() as? ServiceSource)
    }

    /// Reads some pages, as a run does that is killed then.
    private func read(_ harness: ServiceHarness, pages: Int = .max) async throws -> [[Value]] {
        let source = try source(harness)
        var rows: [[Value]] = []
        for split in try await source.splits() {
            let request = SourceRequest(source.schema.names, keepsRaw: false)
            let reader = try await source.open(split, request)
            var count = 0
            while count < pages, var piece = try await reader.next() {
                while let batch = try piece.next()?.batch { for row in 0..<batch.rowCount { rows.append(batch.columns.map { $0[row] }) } }
                count += 1
            }
        }
        return rows
    }

    private func asked(_ harness: ServiceHarness) -> Int { harness.server.journal.count { $0.method == "GET" && $0.status == 200 } }

    @Test("pages that were read are not asked for again, and the rows are all there, once", arguments: subjects)
    func resumed(_ subject: ServiceHarness.Subject) async throws {
        let harness = try ServiceHarness(subject, rows: 1_200)
        let whole = try await harness.source().readAll().rows.map { "\($0)" }
        let all = asked(harness)
        #expect(all > 1)
        _ = try await read(harness, pages: 1)
        let first = asked(harness) - all
        let rows = try await read(harness).map { "\($0)" }
        #expect(rows == whole)
        #expect(asked(harness) - all == all, "\(first) pages before")
        // Once more, all of it comes from the disk.
        let again = try await read(harness).map { "\($0)" }
        #expect(again == whole)
        #expect(asked(harness) - all == all)
    }

    private func askedForResults(_ harness: ServiceHarness) -> Int {
        harness.server.journal.count { $0.target.contains("/results") && $0.status == 200 }
    }

    @Test("results of a job that were read are not asked for again, and the rows are all there, once") func jobResumed() async throws {
        let harness = try ServiceHarness(ServiceHarness.bulk, rows: 1_200)
        let whole = try await harness.source().readAll().rows.map { "\($0)" }
        let all = askedForResults(harness)
        #expect(all == 12 && whole.count == 1_200)
        _ = try await read(harness, pages: 5)
        #expect(try await read(harness).map { "\($0)" } == whole)
        #expect(askedForResults(harness) - all == all)
        #expect(try await read(harness).map { "\($0)" } == whole)
        #expect(askedForResults(harness) - all == all)
    }

    @Test("a job that is gone when some of its rows were read ends the pull, and the next one begins anew") func jobLost() async throws {
        let harness = try ServiceHarness(ServiceHarness.bulk, rows: 1_200)
        _ = try await read(harness, pages: 3)
        harness.server.plan(FaultPlan([FaultPlan.Rule(.missingFile, at: 1...Int.max)]))
        await #expect(throws: SluiceError.self) { try await read(harness) }
        harness.server.plan(FaultPlan())
        let rows = try await read(harness).map { "\($0)" }
        #expect(rows.count == 1_200 && Set(rows).count == 1_200)
    }

    @Test("pages of another connection, or of one that took its name, are not taken", arguments: [false, true])
    func otherConnection(_ isBulk: Bool) async throws {
        let harness = try ServiceHarness(isBulk ? ServiceHarness.bulk : Self.subjects[0], rows: 1_200)
        harness.identity = ConnectionIdentity(name: "a", id: "1")
        // Records change while a job is waited for, and keep their ids.
        let whole = try await read(harness).map { "\($0[0])" }.sorted()
        let once = isBulk ? askedForResults(harness) : asked(harness)
        for identity in [ConnectionIdentity(name: "b", id: "2"), ConnectionIdentity(name: "a", id: "3")] {
            harness.identity = identity
            let before = isBulk ? askedForResults(harness) : asked(harness)
            #expect(try await read(harness).map { "\($0[0])" }.sorted() == whole)
            #expect((isBulk ? askedForResults(harness) : asked(harness)) - before == once)
        }
    }

    @Test("pages of another declaration are not taken") func otherDeclaration() async throws {
        let harness = try ServiceHarness(Self.subjects[1], rows: 300)
        _ = try await read(harness)
        let once = asked(harness)
        harness.changing = { $0.read?.parameters.append(("expand", try TemplateText("data"))) }
        _ = try await read(harness)
        #expect(asked(harness) == 2 * once)
        _ = try await read(harness)
        #expect(asked(harness) == 2 * once)
    }

    @Test("behind a commit a pull begins anew") func committed() async throws {
        let harness = try ServiceHarness(Self.subjects[0], rows: 1_200)
        _ = try await read(harness)
        let before = asked(harness)
        harness.commit()
        try source(harness).forgetKept()
        #expect(directory.files(below: "pulls").isEmpty)
        _ = try await read(harness)
        #expect(asked(harness) > before)
    }

    @Test("behind a run that failed on its rows a pull begins anew; one that the service cut off goes on", arguments: [false, true])
    func failed(_ isBulk: Bool) async throws {
        let harness = try ServiceHarness(isBulk ? ServiceHarness.bulk : Self.subjects[0], rows: 1_200)
        func jobs() -> Int { harness.server.journal.count { $0.method == "POST" && $0.target.contains("/jobs/query") && $0.status == 200 } }
        let source = try source(harness)
        _ = try await read(harness, pages: 2)
        source.noteFailure()
        #expect(directory.files(below: "pulls").isEmpty)
        let before = (pages: isBulk ? askedForResults(harness) : asked(harness), jobs: jobs())
        let keys = try await Set(read(harness).map { "\($0[0])" })
        #expect(keys.count == 1_200)
        let whole = (isBulk ? askedForResults(harness) : asked(harness)) - before.pages
        #expect(whole > 1)
        #expect(jobs() - before.jobs == (isBulk ? 1 : 0))
        // The reading itself fails: what was kept is of use.
        harness.commit()
        source.forgetKept()
        _ = try await read(harness, pages: 2)
        harness.server.plan(FaultPlan([FaultPlan.Rule(.serverError, at: 1...Int.max)]))
        let cut = try self.source(harness)
        await #expect(throws: SluiceError.self) {
            for split in try await cut.splits() {
                let reader = try await cut.open(split, SourceRequest(cut.schema.names, keepsRaw: false))
                while try await reader.next() != nil {}
            }
        }
        cut.noteFailure()
        #expect(!directory.files(below: "pulls").isEmpty)
        harness.server.plan(FaultPlan())
        let kept = isBulk ? askedForResults(harness) : asked(harness)
        // Time has passed between attempts: a record that was changed meanwhile is there once, too.
        let found = try await read(harness).map { "\($0[0])" }
        #expect(Set(found).isSuperset(of: keys) && Set(found).count == found.count)
        #expect((isBulk ? askedForResults(harness) : asked(harness)) - kept < whole)
    }

    @Test("a file whose row the commit removed is not read, although it is there") func stale() async throws {
        let harness = try ServiceHarness(Self.subjects[0], rows: 1_200)
        _ = try await read(harness)
        let before = asked(harness)
        harness.commit()
        #expect(try await read(harness).count == 1_200)
        #expect(asked(harness) > before)
    }

    @Test("a file that was cut or changed anywhere costs pages, and no row", arguments: Rounds.of(24)) func damaged(_ round: Int)
        async throws
    {
        let harness = try ServiceHarness(Self.subjects[1], rows: 300)
        let whole = try await harness.source().readAll().rows.map { "\($0)" }
        _ = try await read(harness)
        let path = directory.path("pulls/p/\(try #require(directory.files(below: "pulls/p").first))")
        var bytes = try DiskFiles.read(path)
        let place = bytes.count * round / 24
        if round % 2 == 0 { bytes.removeSubrange(place...) } else { bytes[place] ^= 0x40 }
        let descriptor = open(path, O_WRONLY | O_TRUNC)
        try DiskFiles.write(bytes, to: descriptor, path: path)
        close(descriptor)
        #expect(try await read(harness).map { "\($0)" } == whole)
        #expect(try await read(harness).map { "\($0)" } == whole)
    }

    @Test("where a page's cursor leads nowhere any more, the next pull begins anew") func expired() async throws {
        let harness = try ServiceHarness(Self.subjects[2], rows: 12_000)
        _ = try await read(harness, pages: 1)
        harness.server.plan(FaultPlan([FaultPlan.Rule(.expireCursor, at: 1...1)]))
        await #expect(throws: SluiceError.self) { _ = try await read(harness) }
        let rows = try await read(harness).map { "\($0)" }
        #expect(try await rows == harness.source().readAll().rows.map { "\($0)" })
    }
}
