package import SluiceCatalog
package import SluiceCore
package import SluiceLog
import SluicePipelines
import Crypto
import Synchronization

/// Carries out a backfill: its units side by side, each a run that commits by itself, with the note that the unit is done in the same
/// transaction. So a backfill that is cut off anywhere goes on with the units that are left, and none counts twice.
package struct BackfillRunner: Sendable {
    /// What becomes of a unit.
    package enum Event: Sendable {
        case started(String)
        case done(String, RunSummary)
        case failed(String, SluiceError)
    }

    /// How the units are gone about.
    package struct Manner: Sendable {
        /// Units side by side.
        package var width = Machine.coreCount
        /// Units that are done are done again.
        package var restarts = false
        /// Units that are done stay, although the definition has changed since.
        package var keepsDone = false
        /// The first unit that fails stops the others.
        package var failsFast = false

        package init() {}
    }

    private let catalog: Catalog
    private let streams: StreamStore
    private let home: String
    private let options: RunOptions

    package init(catalog: Catalog, streams: StreamStore, home: String, options: RunOptions = RunOptions()) {
        self.catalog = catalog
        self.streams = streams
        self.home = home
        self.options = options
    }

    /// Does the units that are not done.
    ///
    /// - Returns: What became of all units; those that failed are among them.
    /// - Throws: `alreadyRunning`; `stateMismatch` for another definition than that of the units that are done; `interrupted`, after which
    ///   the same call goes on.
    @concurrent
    package func run(
        _ backfill: BackfillPlan, _ manner: Manner, onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) async throws -> BackfillRecord {
        let definition = backfill.plan.definition
        let lock = try catalog.lock(pipeline: definition.name)
        defer { lock.release() }
        try await Publisher(catalog: catalog, streams: streams, connectors: backfill.plan.connectors).finish(definition.name)
        if let known = try catalog.backfill(backfill.key), !manner.restarts, !manner.keepsDone {
            try Self.check(known, definition.hash)
        }
        let record = try catalog.beginBackfill(
            backfill.key, definitionHash: definition.hash, units: backfill.records, restarts: manner.restarts)
        defer { try? catalog.endBackfill(record.id) }
        let left = zip(backfill.units, record.units).filter { $1.state != .done }.map { (unit: $0, record: $1) }
        var options = options
        // Units share the cores, and the memory of their steps.
        let sideBySide = max(1, min(manner.width, left.count))
        options.width = max(1, options.width / sideBySide)
        options.stateBytes = max(EngineLimits.minimumStateBytes, options.stateBytes / sideBySide)
        let work = UnitWork(
            backfill: backfill, id: record.id, catalog: catalog,
            runner: PipelineRunner(catalog: catalog, streams: streams, home: home, options: options), onEvent: onEvent)
        await Self.carryOut(left, manner) { await work.perform($0) }
        try catalog.endBackfill(record.id)
        let finished = try catalog.backfill(backfill.key) ?? record
        if Task.isCancelled {
            throw SluiceError(
                .interrupted, "the backfill was interrupted; \(finished.count(.done)) of \(finished.units.count) units are done",
                remedy: "the same command goes on with the others")
        }
        return finished
    }

    private static func carryOut<Item: Sendable>(
        _ items: [Item], _ manner: Manner, _ perform: @escaping @Sendable (Item) async -> Bool
    ) async {
        await withTaskGroup(of: Bool.self) { group in
            var isStopped = false
            for (started, item) in items.enumerated() {
                if started >= manner.width, await group.next() == false, manner.failsFast { isStopped = true }
                if isStopped || Task.isCancelled { break }
                group.addTask { await perform(item) }
            }
            if isStopped { group.cancelAll() }
            for await isDone in group where !isDone && manner.failsFast { group.cancelAll() }
        }
    }

    private static func check(_ known: BackfillRecord, _ hash: String) throws(SluiceError) {
        let done = known.count(.done)
        guard done > 0, known.definitionHash != hash else { return }
        throw SluiceError(
            .stateMismatch,
            "the definition of pipeline \(known.key.pipeline.quotedForMessage) has changed since \(done) of \(known.units.count) units were done",
            remedy: "say --restart to do all units anew, or --keep-done to go on with the others")
    }
}

/// One unit at a time.
private struct UnitWork: Sendable {
    let backfill: BackfillPlan
    let id: RunID
    let catalog: Catalog
    let runner: PipelineRunner
    let onEvent: @Sendable (BackfillRunner.Event) -> Void

    /// - Returns: Whether the unit is done.
    func perform(_ item: (unit: BackfillUnit, record: BackfillUnitRecord)) async -> Bool {
        let name = item.unit.name
        do {
            try catalog.setUnit(name, of: id, .running)
            onEvent(.started(name))
            var plan = backfill.plan
            plan.source.source = item.unit.source
            plan.source.summary += ", \(name)"
            plan.sink = backfill.sink.writing(backfill.output(of: item, in: id))
            plan.notices = []
            onEvent(.done(name, try await runner.run(plan, holdsLock: true)))
            return true
        } catch {
            let failure = SluiceError.endingRun(error)
            let isInterrupted = failure.code == .interrupted || Task.isCancelled
            try? catalog.setUnit(name, of: id, isInterrupted ? .interrupted : .failed, failure: isInterrupted ? nil : failure)
            if !isInterrupted { onEvent(.failed(name, failure)) }
            return false
        }
    }
}

extension BackfillUnit {
    /// Tells what the unit reads from what it would read if a file were added or changed: SHA-256 of names and versions, in hexadecimal.
    var fingerprint: String {
        let text = inputs.map { "\($0.name)\u{0}\($0.version)\n" }.joined()
        return Hexadecimal.text(SHA256.hash(data: Array(text.utf8)))
    }
}
