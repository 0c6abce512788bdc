package import SluiceCore
import SluiceHTTP

/// Writes records of one entity by jobs: makes one for each file of CSV, hands the file over, waits, and fetches what became of the rows.
///
/// The ledger has the job before the file is sent. After a crash the job's state says what is left to do: one that still takes its file has done
/// nothing and is given up for another, any other has the file and is only waited for. So no row is sent twice. The ledger also has whether a run
/// ended because of the rows that a job refused: those are sent again then.
package struct JobLoader: Sendable {
    /// What became of a file; CSV as the service writes it, empty for no rows.
    package struct Outcome: Sendable {
        package var refused: [UInt8]
        package var unprocessed: [UInt8]
        /// Why the job ended early; nil for one that did its work.
        package var failure: String?
        /// Whether an earlier run ended because of the refused rows, and told of them.
        package fileprivate(set) var isTold = false
        /// Whether the job was made for this call, and not by an earlier run.
        package fileprivate(set) var isNew = false
    }

    /// States of a job in the ledger.
    private enum Kept {
        static let made = "made"
        /// A run ended because of the rows that it refused.
        static let told = "told"
    }

    package let load: JobLoad
    /// The text of a null in its files.
    package let nullText: String
    private let session: ServiceSession
    private let entity: ServiceEntity
    private let body: TemplateText
    private let ledger: any JobLedger

    /// - Throws: `invalidOption` for an entity that does not take the write so.
    package init(
        _ session: ServiceSession, _ entity: ServiceEntity, _ kind: ServiceEntity.Write, ledger: any JobLedger
    ) throws(SluiceError) {
        guard let load = entity.load, let body = load.bodies[kind] else {
            let known = ServiceEntity.Write.allCases.filter { entity.load?.bodies[$0] != nil }.map(\.rawValue)
            throw SluiceError(
                .invalidOption, "\(entity.name) of \(session.declaration.name) takes no \(kind.rawValue) by jobs",
                remedy: known.isEmpty ? "leave out bulk: always" : "by jobs it takes \(known.joined(separator: ", "))")
        }
        self.load = load
        nullText = kind == .update || kind == .upsert ? load.nulls : ""
        self.session = session
        self.entity = entity
        self.body = body
        self.ledger = ledger
    }

    /// Has one file read.
    ///
    /// - Parameters:
    ///   - csv: With a line that names the columns.
    ///   - purpose: The same for the same file of the same pipeline.
    ///   - key: The column that tells records apart.
    package func send(_ csv: [UInt8], purpose: String, key: String) async throws(SluiceError) -> Outcome {
        let kept = try ledger.job(purpose)
        var outcome = try await sent(csv, purpose, key)
        (outcome.isTold, outcome.isNew) = (kept?.state == Kept.told, kept == nil)
        return outcome
    }

    /// Notes that the run ends because of the rows that a file's job refused: whoever sends the file next is told that it was so.
    package func noteTold(purpose: String) throws(SluiceError) {
        guard var kept = try ledger.job(purpose) else { return }
        kept.state = Kept.told
        try ledger.keep(purpose, kept)
    }

    private func sent(_ csv: [UInt8], _ purpose: String, _ key: String) async throws(SluiceError) -> Outcome {
        var attempts = 0
        while true {
            attempts += 1
            let id = try await earlier(purpose)
            if let id { return try await outcome(id) }
            do throws(SluiceError) {
                let id = try await made(purpose, key)
                try await upload(csv, id)
                try await close(id)
                return try await outcome(id)
            } catch {
                // Whether the file arrived whole is not known: the job is looked at again, as after a crash.
                guard error.isRetriable, error.code != .quotaSpent, attempts < SaaSLimits.pageAttempts else { throw error }
                try await session.client.rest(RetryPolicy.services.basePause * attempts)
            }
        }
    }

    /// The job that has the file already; nil where there is none.
    private func earlier(_ purpose: String) async throws(SluiceError) -> String? {
        guard let kept = try ledger.job(purpose) else { return nil }
        do throws(SluiceError) {
            let state = try await state(kept.id).name
            guard load.open.contains(state) else { return kept.id }
            _ = try await session.call(entity, load.abort, named(kept.id), [])
        } catch {
            guard error.code == .notFound else { throw error }
        }
        try ledger.forget(purpose)
        return nil
    }

    private func made(_ purpose: String, _ key: String) async throws(SluiceError) -> String {
        let call = JobRead.Call(method: "POST", path: load.create, body: body)
        let answer = try await session.call(entity, call, ["key": key], [])
        guard let id = ServiceSession.text(load.id, answer.body), !id.isEmpty else {
            throw SluiceError(
                .serviceFailed, "\(entity.name): the service made a job and did not say which: \(WebClient.quoted(answer.body))",
                remedy: "if the service has changed its answers, the connector's declaration has to follow")
        }
        try ledger.keep(purpose, KeptJob(id: id, state: Kept.made, madeMicros: session.client.pacing.wall.nowMicros()))
        return id
    }

    private func upload(_ csv: [UInt8], _ id: String) async throws(SluiceError) {
        try await session.upload(entity, load.upload, named(id), csv)
    }

    private func close(_ id: String) async throws(SluiceError) {
        do throws(SluiceError) {
            _ = try await session.call(entity, load.close, named(id), [])
        } catch {
            // An earlier attempt may have closed it, although its answer was lost.
            let state = try await state(id).name
            if load.open.contains(state) { throw error }
        }
    }

    /// What the service says of a job.
    private struct State {
        var name: String
        var message: String?
        /// Rows that it refused; nil where the service does not count them.
        var refused: Int?
    }

    private func state(_ id: String) async throws(SluiceError) -> State {
        let answer = try await session.call(entity, JobRead.Call(method: "GET", path: load.status), named(id), [])
        guard let state = ServiceSession.text(load.state, answer.body) else {
            throw SluiceError(.serviceFailed, "\(entity.name): the job \(id) has no state: \(WebClient.quoted(answer.body))")
        }
        return State(
            name: state, message: ServiceSession.text(load.message, answer.body),
            refused: ServiceSession.text(load.refusedCount, answer.body).flatMap { Int($0) })
    }

    /// Waits until the job has done its work, and fetches what became of its rows.
    private func outcome(_ id: String) async throws(SluiceError) -> Outcome {
        var pause = SaaSLimits.firstJobPause
        var waited = Duration.zero
        while true {
            let found = try await state(id)
            let state = found.name
            if load.done.contains(state) || load.failed.contains(state) {
                var outcome = Outcome(
                    refused: try await session.rows(entity, load.refused, named(id), count: found.refused),
                    unprocessed: try await session.rows(entity, load.unprocessed, named(id), count: nil))
                if load.failed.contains(state) {
                    outcome.failure = "the job \(id) ended as \(state)\(found.message.map { ": \($0)" } ?? "")"
                }
                return outcome
            }
            guard waited < SaaSLimits.longestJob else {
                throw SluiceError(
                    .timedOut, "\(entity.name): the service's job \(id) is \(state) for \(waited.components.seconds) s",
                    remedy: "run it again later: it goes on with the same job")
            }
            try await session.client.rest(pause)
            waited += pause
            pause = min(pause * 2, SaaSLimits.longestJobPause)
        }
    }

    private func named(_ id: String) -> [String: String] { ["job": id] }
}

extension ServiceSession {
    /// Hands a file over. It is sent once: a second time would be another file.
    func upload(_ entity: ServiceEntity, _ path: TemplateText, _ more: [String: String], _ csv: [UInt8]) async throws(SluiceError) {
        guard let path = path.filled(values.merging(more) { $1 }, encode: { PercentText.encode($0) }) else { return }
        var request = WebRequest("PUT", try located(path), label: "\(declaration.name) \(entity.name) upload", isRepeatable: false)
        request.headers = headers(values)
        request.setHeader("Content-Type", "text/csv")
        request.body = csv
        _ = try await send(request, [], .any)
    }

    /// Rows of a job's outcome, all of them: what lost some on its way is asked for again.
    ///
    /// - Parameter count: How many there are; nil where nobody says.
    func rows(
        _ entity: ServiceEntity, _ path: TemplateText, _ more: [String: String], count: Int?
    ) async throws(SluiceError) -> [UInt8] {
        guard let path = path.filled(values.merging(more) { $1 }, encode: { PercentText.encode($0) }) else { return [] }
        var request = WebRequest("GET", try located(path), label: "\(declaration.name) \(entity.name) outcome")
        request.headers = headers(values).filter { $0.name.lowercased() != "accept" }
        request.setHeader("Accept", "text/csv")
        for attempt in 1... {
            let answer = try await send(request, [], .delimited)
            if let page = PageText(answer.body, header: nil), count ?? page.rows == page.rows { return answer.body }
            guard attempt < SaaSLimits.pageAttempts else {
                throw SluiceError(
                    .serviceFailed, "\(entity.name): the outcome of a job has not all its rows: \(WebClient.quoted(answer.body))",
                    remedy: "run it again: no file is sent twice", isRetriable: true)
            }
            try await client.rest(RetryPolicy.services.basePause * attempt)
        }
        preconditionFailure("attempts end")
    }
}
