import SluiceCore
import Synchronization

/// Carries out changes one after another, many in one transaction, so that whatever waits while the disk syncs shares the next sync.
///
/// A change checks its conditions, changes the index, and names what is to be done with files. The transaction makes all of it durable, the names
/// of files and the bytes of small ones included; then the files are written and renamed, and then the change is acknowledged. What a crash
/// leaves undone is done when the store is opened (`recover`). Files that were changed so are synced now and then, all at once.
final class Committer: Sendable {
    /// A change and what becomes of it.
    private struct Job: Sendable {
        /// Changes the index; what it throws, it throws before it has changed anything.
        var attempt: @Sendable (inout Change) throws(SluiceError) -> Void
        /// Tells the one who waits, with nil where all went well.
        var finish: @Sendable (SluiceError?) -> Void
    }

    private struct Line {
        var jobs: [Job] = []
        var isDraining = false
        var isClosed = false
        var waitsForClose: CheckedContinuation<Void, Never>?
    }

    private let line = Mutex(Line())
    private let rounds: CommitRounds

    init(_ rounds: CommitRounds) { self.rounds = rounds }

    /// Does `body` in a transaction and waits until it is durable and its files are in place.
    ///
    /// - Parameter body: Throws before it changes anything. It may be called twice.
    func commit<Result: Sendable>(
        _ body: @escaping @Sendable (inout Change) throws(BucketFailure) -> Result
    ) async throws(BucketFailure) -> Result {
        let result = await withCheckedContinuation { (waiter: CheckedContinuation<Swift.Result<Result, BucketFailure>, Never>) in
            let outcome = Outcome<Result>()
            let job = Job { change throws(SluiceError) in
                do throws(BucketFailure) {
                    outcome.value = .success(try body(&change))
                } catch {
                    if case .disk(let error) = error { throw error }
                    outcome.value = .failure(error)
                }
            } finish: { failure in
                guard let result = failure.map({ .failure(.disk($0)) }) ?? outcome.value else {
                    preconditionFailure("a change was neither carried out nor refused")
                }
                waiter.resume(returning: result)
            }
            enqueue(job)
        }
        return try result.get()
    }

    /// What came of a change; only the thread that carries it out touches it.
    private final class Outcome<Result: Sendable>: @unchecked Sendable {
        var value: Swift.Result<Result, BucketFailure>?
    }

    private func enqueue(_ job: Job) {
        let (isClosed, starts) = line.withLock { line in
            guard !line.isClosed else { return (true, false) }
            line.jobs.append(job)
            defer { line.isDraining = true }
            return (false, !line.isDraining)
        }
        if isClosed { return job.finish(SluiceError(.interrupted, "the store of buckets is being closed", isRetriable: true)) }
        if starts { BlockingThreads.files.start { [self] in drain() } }
    }

    private func drain() {
        while true {
            let jobs = line.withLock { line in
                let taken = Array(line.jobs.prefix(BucketLimits.changesPerCommit))
                line.jobs.removeFirst(taken.count)
                if taken.isEmpty { line.isDraining = false }
                return taken
            }
            guard !jobs.isEmpty else {
                line.withLock { line in
                    line.waitsForClose?.resume()
                    line.waitsForClose = nil
                }
                return
            }
            carryOut(jobs)
        }
    }

    /// All in one transaction; where that fails, each in one of its own, so that only those fail that have to.
    private func carryOut(_ jobs: [Job]) {
        do throws(SluiceError) {
            try rounds.run(jobs.map(\.attempt))
            for job in jobs { job.finish(nil) }
        } catch {
            guard jobs.count > 1 else { return jobs[0].finish(error) }
            for job in jobs { carryOut([job]) }
        }
    }

    /// Lets what was begun end; what comes later is refused.
    func close() async {
        await withCheckedContinuation { waiter in
            let isIdle = line.withLock { line in
                line.isClosed = true
                if line.isDraining { line.waitsForClose = waiter }
                return !line.isDraining
            }
            if isIdle { waiter.resume() }
        }
        rounds.close()
    }
}
