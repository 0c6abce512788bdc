import SluiceCatalog
import SluiceCore
import SluiceServer

/// Runs of one kind that clients began: what the catalog keeps of them, and those that go on.
struct RunBook: Sendable {
    /// Of the documents.
    let kind: String
    /// What ids begin with.
    let prefix: String
    let catalog: Catalog
    let background: BackgroundRuns

    /// How a run goes.
    struct Terms: Sendable {
        /// A second request with it is answered with the run of the first.
        var token: String?
        var minutes: Int?
        /// What nothing else may run about meanwhile.
        var subject: String?
    }

    /// Begins a run, which goes on behind the answer.
    ///
    /// - Parameters:
    ///   - request: What answers tell again.
    ///   - work: Returns what came out, as answers tell it.
    /// - Returns: Its id.
    /// - Throws: `alreadyRunning`, `limitExceeded`.
    func begin(_ request: WireValue, _ terms: Terms, _ work: @escaping @Sendable () async throws -> WireValue) throws -> String {
        let token = terms.token.map { WireValue.text($0) }
        if let token, let known = try all().first(where: { $0.request["ClientToken"] == token }) { return known.id }
        let started = catalog.clock.nowMicros()
        let record = ClientRun(
            id: newID(started), request: request.adding(token.map { [.init("ClientToken", $0)] } ?? []), startedMicros: started)
        try background.start(
            record.id, of: terms.subject, record: { _ = try catalog.addDocument(kind, record.id, record.json) },
            { await finish(record, terms.minutes, work) })
        // The run goes on; what is left over goes with the next one.
        try? prune()
        return record.id
    }

    /// Forgets the oldest beyond `GlueLimits.keptRuns`.
    private func prune() throws(SluiceError) {
        let names = try catalog.documents(kind).map(\.name)
        for name in names.dropLast(GlueLimits.keptRuns) where background.isStopping(name) == nil {
            _ = try catalog.removeDocument(kind, name)
        }
    }

    /// Where a state that cannot be written leaves a run, it is told as stopped.
    private func finish(_ begun: ClientRun, _ minutes: Int?, _ work: @escaping @Sendable () async throws -> WireValue) async {
        var record = begun
        do {
            record.outcome = try await within(minutes, work)
            record.status = .succeeded
        } catch is TimeIsUp {
            record.status = .timeout
        } catch {
            let isStopped = Task.isCancelled || error is CancellationError
            record.status = isStopped ? .stopped : .failed
            if !isStopped { record.error = Self.told(error) }
        }
        record.endedMicros = catalog.clock.nowMicros()
        _ = try? catalog.replaceDocument(kind, record.id, record.json, revision: 1)
    }

    private struct TimeIsUp: Error {}

    private func within(_ minutes: Int?, _ work: @escaping @Sendable () async throws -> WireValue) async throws -> WireValue {
        try await withThrowingTaskGroup(of: WireValue?.self) { tasks in
            tasks.addTask { try await work() }
            if let minutes {
                tasks.addTask {
                    try await Task.sleep(for: .seconds(minutes * 60))
                    return nil
                }
            }
            defer { tasks.cancelAll() }
            guard let outcome = try await tasks.next() ?? nil else { throw TimeIsUp() }
            return outcome
        }
    }

    private static func told(_ error: any Error) -> String {
        let text = (error as? SluiceError).map(Faults.told) ?? (error as? ServiceFault)?.message ?? ErrorLine.text(error)
        return String(KnownSecrets.masked(text).prefix(GlueLimits.errorCharacters))
    }

    private func newID(_ micros: Int64) -> String {
        func hex(_ number: UInt64) -> String {
            let digits = String(number, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        return prefix + hex(UInt64(bitPattern: micros)) + hex(UInt64.random(in: 0 ... .max))
    }

    // MARK: Reading

    /// Nil where there is none.
    func find(_ id: String) throws(SluiceError) -> ClientRun? {
        // Asked first: a run that ends meanwhile has written what came of it.
        let isStopping = background.isStopping(id)
        return try catalog.document(kind, id).flatMap(ClientRun.init).map { Self.seen($0, isStopping) }
    }

    /// The newest first.
    func all() throws(SluiceError) -> [ClientRun] {
        let active = background.active
        return try catalog.documents(kind).reversed().compactMap(ClientRun.init).map { Self.seen($0, active[$0.id]) }
    }

    /// The record as it is now: what no process does any more has stopped.
    private static func seen(_ record: ClientRun, _ isStopping: Bool?) -> ClientRun {
        guard record.status == .running else { return record }
        var record = record
        switch isStopping {
        case true?: record.status = .stopping
        case false?: break
        case nil:
            record.status = .stopped
            record.error = "the server ended before the run did"
        }
        return record
    }
}

extension PageToken {
    /// A page of runs, the newest first.
    static func page(
        _ runs: [ClientRun], after last: String?, limit: Int, _ listing: String
    ) -> (page: [ClientRun], token: WireValue?) {
        page(runs, after: last, limit: limit, listing, isBehind: <, name: \.id)
    }
}
