import SluiceCatalog
import SluiceCore
import SluiceServer
import SluiceTestKit
import Testing

@testable import SluiceGlueService

/// Runs behind answers: what becomes of them, and what is told of them afterwards.
@Suite("runs that go on") struct RunBookTests {
    private let directory: TemporaryDirectory
    private let catalog: Catalog
    private let background = BackgroundRuns()
    private let book: RunBook

    init() throws {
        directory = try TemporaryDirectory()
        catalog = try Catalog(home: directory.path("state"))
        book = RunBook(kind: "test-run", prefix: "run-", catalog: catalog, background: background)
    }

    /// Waits until a run has ended.
    private func ended(_ id: String) async throws -> ClientRun {
        for _ in 0..<30_000 {
            if background.isStopping(id) == nil { break }
            try await Task.sleep(for: .milliseconds(1))
        }
        return try #require(try book.find(id))
    }

    @Test("a run says what came of it") func outcomes() async throws {
        let good = try book.begin(.structure(["A": .text("x")]), .init()) { .structure(["B": .integer(7)]) }
        let bad = try book.begin(.object([]), .init()) { throw SluiceError(.invalidArgument, "no such luck", remedy: "try again") }
        let succeeded = try await ended(good)
        #expect(succeeded.status == .succeeded && succeeded.request["A"] == .text("x") && succeeded.outcome["B"] == .integer(7))
        #expect(succeeded.endedMicros ?? 0 >= succeeded.startedMicros)
        let failed = try await ended(bad)
        #expect(failed.status == .failed && failed.error == "no such luck; try again")
        #expect(try book.all().map(\.id) == [bad, good].sorted(by: >))
    }

    @Test("a run that is stopped, and one whose time is up") func stopped() async throws {
        let id = try book.begin(.object([]), .init()) {
            try await Task.sleep(for: .seconds(3_600))
            return .object([])
        }
        #expect(try book.find(id)?.status == .running)
        #expect(background.stop(id) == false)
        #expect(try await ended(id).status == .stopped)
        #expect(background.stop(id) == nil)
        let late = try book.begin(.object([]), .init(minutes: 0)) {
            try await Task.sleep(for: .seconds(3_600))
            return .object([])
        }
        #expect(try await ended(late).status == .timeout)
    }

    @Test("a run of a server that has ended is told as stopped") func cutOff() async throws {
        let id = try book.begin(.object([]), .init()) {
            try await Task.sleep(for: .seconds(3_600))
            return .object([])
        }
        let another = RunBook(kind: "test-run", prefix: "run-", catalog: catalog, background: BackgroundRuns())
        let record = try #require(try another.find(id))
        #expect(record.status == .stopped && record.error == "the server ended before the run did")
        await background.close()
    }

    @Test("one subject has one run, a token one run, and there is a bound") func refusals() async throws {
        let wait: @Sendable () async throws -> WireValue = {
            try await Task.sleep(for: .seconds(3_600))
            return .object([])
        }
        let id = try book.begin(.object([]), .init(token: "t", subject: "s"), wait)
        #expect(try book.begin(.object([]), .init(token: "t"), wait) == id)
        #expect(throws: SluiceError.self) { try book.begin(.object([]), .init(subject: "s"), wait) }
        #expect(background.run(of: "s") == id)
        for _ in 1..<GlueLimits.backgroundRuns { _ = try book.begin(.object([]), .init(), wait) }
        #expect(throws: SluiceError.self) { try book.begin(.object([]), .init(), wait) }
        #expect(try book.all().count == GlueLimits.backgroundRuns)
        await background.close()
        #expect(try book.all().allSatisfy { $0.status == .stopped })
    }

    @Test("the oldest runs are forgotten") func pruned() async throws {
        for index in 0..<GlueLimits.keptRuns + 5 {
            _ = try catalog.addDocument(
                "test-run", "run-00000000\(1_000_000 + index)", ClientRun(id: "", request: .object([]), startedMicros: 0).json)
        }
        let id = try book.begin(.object([]), .init()) { .object([]) }
        _ = try await ended(id)
        #expect(try book.all().count == GlueLimits.keptRuns)
    }
}
