import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceConnectors

/// The sink cut off at every step: between any two requests, and at every step of the commit. What comes next finishes or rolls back.
@Suite("a sink in a bucket that is cut off") struct ObjectCrashTests {
    private static let before = ["1,old", "2,old"]
    private static let victim = "AKIDVICTIM"
    private static let after = ["1,new", "2,new", "3,new"]

    private static func rows(_ texts: [String]) throws -> Batch {
        try makeBatch([
            ("id", .int64, texts.map { .integer(Int64($0.prefix(1)) ?? 0) }),
            ("v", .string, texts.map { .string(String($0.dropFirst(2))) }),
        ])
    }

    /// Hooks of a process that ends at a step, whose runs nobody carries on.
    private static func hooks(endingAt step: CommitStep?) -> Catalog.Hooks {
        var hooks = Catalog.Hooks()
        hooks.isRunning = { _ in false }
        hooks.reached = { reached throws(SluiceError) in
            if reached == step { throw SluiceError(.interrupted, "cut off at \(reached)") }
        }
        return hooks
    }

    /// One run that replaces what is there; it is left as it is where it fails, as by a process that is killed.
    private func run(_ bench: ObjectBench, _ batch: Batch) async throws {
        let sink = try await bench.sink("files: s3://bench/out\nformat: csv\npartition_by: id")
        let run = try bench.bench.begin(sink)
        let staged = try await bench.bench.stage(sink, batch.schema, run.text, [[batch]])
        try bench.bench.catalog.commit(
            try sink.commit(schema: batch.schema, run: run.text, staged: staged), run: run, report: RunReport())
        try await bench.bench.publish()
    }

    /// What there is after the next command: the old rows or the new ones, whole, and nothing else.
    private func check(_ server: ObjectServer, _ directory: TemporaryDirectory, hasCommitted: Bool?, _ place: Comment) async throws {
        let next = try ObjectBench(server, directory: directory, hooks: Self.hooks(endingAt: nil))
        try await next.recover()
        #expect(server.openUploads == [], place)
        #expect(next.journals == [], place)
        let rows = try await next.source("files: s3://bench/out\nformat: csv").readAll()
        let found = zip(rows["id"], rows["v"]).map { "\($0),\($1)" }.sorted()
        if let hasCommitted {
            #expect(found == (hasCommitted ? Self.after : Self.before), place)
        } else {
            #expect(found == Self.before || found == Self.after, place)
        }
        try await run(next, try Self.rows(Self.after))
        #expect(try await next.source("files: s3://bench/out\nformat: csv").readAll().rows.count == 3, place)
        #expect(server.openUploads == [], place)
    }

    @Test(
        "at every step of the commit",
        arguments: [
            (CommitStep.prepared, false), (.recorded, true), (.published(chunk: 0), true), (.struckOff, true), (.cleared, true),
        ]) func steps(_ step: CommitStep, _ hasCommitted: Bool) async throws
    {
        let server = try ObjectServer()
        let directory = try TemporaryDirectory()
        try await run(try ObjectBench(server, directory: directory), try Self.rows(Self.before))
        let cut = try ObjectBench(server, directory: directory, hooks: Self.hooks(endingAt: step))
        await #expect(throws: SluiceError.self) { try await run(cut, try Self.rows(Self.after)) }
        try await check(server, directory, hasCommitted: hasCommitted, "\(step)")
    }

    @Test("between any two requests, whether the last one was carried out or not", arguments: [false, true])
    func requests(_ isCarriedOut: Bool) async throws {
        var last = 0
        var hasEnded = false
        while !hasEnded {
            let cut = RequestCut(of: Self.victim, after: last)
            let server = try ObjectServer { request, _ in cut.fault(request, isCarriedOut: isCarriedOut) }
            let directory = try TemporaryDirectory()
            try await run(try ObjectBench(server, directory: directory), try Self.rows(Self.before))
            let bench = try ObjectBench(server, directory: directory, hooks: Self.hooks(endingAt: nil), keyID: Self.victim)
            do {
                try await run(bench, try Self.rows(Self.after))
                hasEnded = true
            } catch {
                #expect(error is SluiceError)
            }
            try await check(server, directory, hasCommitted: hasEnded ? true : nil, "cut behind \(last) requests")
            last += 1
        }
        #expect(last > 10, "a run makes more than \(last) requests")
    }

    @Test("an upload that a rule of the bucket removed ends as records that vanished, and blocks nothing") func vanished() async throws {
        let server = try ObjectServer()
        let directory = try TemporaryDirectory()
        let cut = try ObjectBench(server, directory: directory, hooks: Self.hooks(endingAt: .recorded))
        await #expect(throws: SluiceError.self) { try await run(cut, try Self.rows(Self.after)) }
        server.dropUploads()
        let next = try ObjectBench(server, directory: directory, hooks: Self.hooks(endingAt: nil))
        let error = try #require(await sluiceError { try await next.recover() })
        #expect(error.code == .fileNotFound)
        guard case .file(let path, _, _)? = error.location else { return #expect(Bool(false), "\(error) has no place") }
        #expect(path.hasPrefix("s3://bench/out/"))
        #expect(next.journals.allSatisfy { DiskFiles.kind(of: "\(next.bench.context.home)/uploads/\($0)/journal") == nil })
    }

    @Test("a journal that was cut off in a line is read up to it, and one that says something else is refused") func journals() throws {
        let directory = try TemporaryDirectory()
        let whole = #"{"bucket":"b","pipeline":"p","site":{}}"# + "\n" + #"{"begin":"k"}"# + "\n"
        let cut = try directory.write("cut", whole + #"{"upload":"k","id":"#)
        #expect(try UploadLedger(cut).pipeline == "p")
        #expect(try UploadLedger(cut).commit == nil)
        for text in [whole + "no json\n", whole + "{\"other\":1}\n", whole + "[]\n"] {
            let path = try directory.write("wrong", text)
            #expect(sluiceError { _ = try UploadLedger(path) }?.code == .stateCorrupt)
        }
    }
}

/// Cuts every connection of a process behind a number of its requests, for ever: it is dead, whatever its tasks still try.
private final class RequestCut: Sendable {
    private let victim: String
    private let left: Mutex<Int>

    init(of victim: String, after count: Int) {
        self.victim = victim
        left = Mutex(count)
    }

    /// - Parameter isCarriedOut: Whether the first request that is cut is carried out nevertheless.
    func fault(_ request: LocalHTTPServer.Request, isCarriedOut: Bool) -> ObjectServer.Fault? {
        guard request.headers["authorization"]?.contains(victim) == true else { return nil }
        return left.withLock { left in
            left -= 1
            if left >= 0 { return nil }
            return left == -1 && isCarriedOut ? .afterwards(.cut) : .instead(.cut)
        }
    }
}
