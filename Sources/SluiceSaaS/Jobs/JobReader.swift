package import SluiceCore
import SluiceHTTP
import Synchronization

/// One page of a job's results: CSV whose first line names the columns.
package struct JobPage: Sendable {
    package var bytes: [UInt8]
    package var rows: Int
    /// `JOB page N`, for places of bad records.
    package var name: String

    package init(bytes: [UInt8], rows: Int, name: String) {
        (self.bytes, self.rows, self.name) = (bytes, rows, name)
    }
}

/// Reads the records of one window by a job: makes it, or goes on with one that was made before, waits for it, and fetches its results page by
/// page. One task uses it at a time.
///
/// A job's id is in the ledger before anything else is done with it, so that a run which is cut off anywhere goes on with the job that there is.
package final class JobReader: Sendable {
    struct State {
        var position: JobPosition?
        /// Where the stretch that the job is for begins, as a place of the cursor.
        var since: Int64?
        /// Whether the job has done its work, as far as this process knows.
        var isReady = false
        var isDone = false
        var size: Int
        /// Rows at the beginning that were handed out before, where pages are read again.
        var skipped = 0
        var made = 0
        var pages = 0
        /// What jobs of the ledger were read for.
        var purposes: Set<String> = []
        /// How often the job was looked at anew because it has done its work and its results are not to be had.
        var missing = 0

        /// The results of a job were read: there is nothing more, or another job for the next stretch.
        mutating func endStretch() {
            guard let until = position?.until else {
                isDone = true
                return
            }
            since = until
            position = nil
            isReady = false
        }
    }

    let session: ServiceSession
    let entity: ServiceEntity
    let job: JobRead
    private let values: [String: String]
    private let key: String
    let ledger: any JobLedger
    let state: Mutex<State>
    /// Whether it goes on with results that an earlier run began to read: a field that was added since is not among them.
    package let isResumed: Bool
    /// Whether rows may come again where a job is lost that was read in part: a destination with keys puts them in place of the first ones.
    let mayRepeat: Bool
    /// Takes what a person should know.
    let note: @Sendable (String) -> Void

    /// - Parameters:
    ///   - values: What requests are filled with beside the settings: `fields`, the parent's key.
    ///   - key: What the job is for, in the ledger, beside where its stretch begins.
    ///   - since: Where the window begins, or goes on.
    ///   - position: How far an earlier run came.
    ///   - mayRepeat: Whether another job is made in place of one that is lost when some of its rows were handed out.
    ///   - note: Takes what a person should know.
    package init(
        _ session: ServiceSession, _ entity: ServiceEntity, _ job: JobRead, _ values: [String: String], since: Int64?, key: String,
        ledger: any JobLedger, from position: JobPosition?, mayRepeat: Bool = true, note: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.mayRepeat = mayRepeat
        self.note = note
        self.session = session
        self.entity = entity
        self.job = job
        self.values = values
        self.key = key
        self.ledger = ledger
        isResumed = position != nil
        state = Mutex(State(position: position, since: since, size: job.results.isFile ? job.results.rangeBytes : job.results.size))
    }

    /// Texts of its CSV that mean null.
    package var nulls: [String] { job.results.nulls }

    /// How far pages were handed out; nil before there is a job.
    package var position: JobPosition? { state.withLock { $0.position } }
    /// Where the stretch begins that is being read.
    package var since: Int64? { state.withLock { $0.since } }
    package var isDone: Bool { state.withLock { $0.isDone } }

    /// The next page; nil at the end.
    package func next() async throws(SluiceError) -> JobPage? {
        while !isDone {
            let id = try await ready()
            do throws(SluiceError) {
                if let page = try await page(id) { return page }
            } catch {
                switch error.code {
                case .pageExpired: try rewind(error)
                case .notFound, .requestRefused, .accessDenied: try await lookAgain(id, error)
                case .limitExceeded: try shrink(error)
                default: throw error
                }
            }
        }
        return nil
    }

    /// Forgets all its jobs, of which nothing is wanted any more.
    package func forget() throws(SluiceError) {
        for purpose in state.withLock({ $0.purposes }) { try ledger.forget(purpose) }
    }

    var purpose: String { "\(key) since \(since.map { String($0) } ?? "ever")" }

    // MARK: The job

    /// The id of a job that has done its work.
    private func ready() async throws(SluiceError) -> String {
        while true {
            let id = try await identified()
            if state.withLock({ $0.isReady }) { return id }
            do throws(SluiceError) {
                try await wait(id)
                return id
            } catch {
                // Services that forget jobs say so in several ways; where another one is not to be had either, that is an error.
                guard [.notFound, .requestRefused, .accessDenied, .jobFailedThere].contains(error.code) else { throw error }
                try abandon(id, error)
            }
        }
    }

    /// The id of the job: of the one that is being read, of one that an earlier run made, or of a new one.
    private func identified() async throws(SluiceError) -> String {
        if let position { return position.id }
        let purpose = purpose
        if let kept = try ledger.job(purpose), isFresh(kept) {
            state.withLock { state in
                state.position = JobPosition(id: kept.id, until: Int64(kept.state))
                state.purposes.insert(purpose)
            }
            return kept.id
        }
        let until = try stretch()
        var values = named("")
        if let until, let cursor = entity.cursor { values["until"] = cursor.sent.text(of: until) }
        let answer = try await session.call(entity, job.create, values, job.limits)
        guard let id = ServiceSession.text(job.id, answer.body), !id.isEmpty else {
            throw SluiceError(
                .serviceFailed, "\(entity.name): the service made a job and did not say which: \(WebClient.quoted(answer.body))",
                remedy: "if the service has changed its answers, the connector's declaration has to follow")
        }
        // By the service's clock: what lies behind its present is for a later window.
        let now = answer.headers["date"].flatMap(HTTPDate.micros) ?? session.client.pacing.wall.nowMicros()
        let end = until.flatMap { $0 < now ? $0 : nil }
        try ledger.keep(
            purpose,
            KeptJob(id: id, state: end.map { String($0) } ?? "", madeMicros: session.client.pacing.wall.nowMicros()))
        state.withLock { state in
            state.position = JobPosition(id: id, until: end)
            state.purposes.insert(purpose)
            state.made += 1
        }
        return id
    }

    /// Where the job's stretch ends; nil where it has no bound.
    private func stretch() throws(SluiceError) -> Int64? {
        guard let span = job.spanMicros else { return nil }
        guard let since else {
            throw SluiceError(
                .invalidOption, "\(entity.name) of \(session.declaration.name) are asked for from a time on",
                remedy: "say where to begin: from: \"2024-01-01T00:00:00Z\"")
        }
        return since + span
    }

    /// What was asked for long ago is not what is wanted now.
    private func isFresh(_ kept: KeptJob) -> Bool {
        session.client.pacing.wall.nowMicros() - kept.madeMicros < SaaSLimits.jobLifeMicros
    }

    /// Waits until the job has done its work.
    ///
    /// - Throws: `jobFailedThere` where it has failed.
    private func wait(_ id: String) async throws(SluiceError) {
        var pause = SaaSLimits.firstJobPause
        var waited = Duration.zero
        while true {
            let answer = try await session.call(entity, JobRead.Call(method: "GET", path: job.status), named(id), job.limits)
            guard let found = ServiceSession.text(job.state, answer.body) else {
                throw SluiceError(.serviceFailed, "\(entity.name): the job \(id) has no state: \(WebClient.quoted(answer.body))")
            }
            if job.done.contains(found) {
                return state.withLock { $0.isReady = true }
            }
            if job.failed.contains(found) {
                let words = ServiceSession.text(job.message, answer.body).map { ": \($0.prefix(300))" } ?? ""
                throw SluiceError(
                    .jobFailedThere, "\(entity.name): the service's job \(id) ended as \(found)\(words)",
                    remedy: "run it again, which makes another job; if it fails again, the service's own log says more")
            }
            if job.waiting.contains(found), let start = job.start {
                try await begin(start, id)
            }
            guard waited < SaaSLimits.longestJob else {
                throw SluiceError(
                    .timedOut, "\(entity.name): the service's job \(id) is \(found) for \(waited.components.seconds) s",
                    remedy: "run it again later: it goes on with the same job", isRetriable: true)
            }
            try await session.client.rest(pause)
            waited += pause
            pause = min(pause * 2, SaaSLimits.longestJobPause)
        }
    }

    /// Starts a job. An earlier attempt may have started it, although its answer was lost.
    private func begin(_ start: JobRead.Call, _ id: String) async throws(SluiceError) {
        do throws(SluiceError) {
            _ = try await session.call(entity, start, named(id), job.limits)
        } catch {
            let answer = try await session.call(entity, JobRead.Call(method: "GET", path: job.status), named(id), job.limits)
            guard let found = ServiceSession.text(job.state, answer.body), !job.waiting.contains(found) else { throw error }
        }
    }

    func named(_ id: String) -> [String: String] {
        var named = values.merging(["job": id]) { $1 }
        if let cursor = entity.cursor { named["since"] = cursor.bound(since) }
        return named
    }
}

extension SluiceError.Code {
    /// The service says that its job has failed.
    package static let jobFailedThere = Self("service-job-failed")
}
