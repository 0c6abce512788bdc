import SluiceCore
import Synchronization

/// Runs that go on in this process behind the answers that began them.
final class BackgroundRuns: Sendable {
    private struct Running {
        var task: Task<Void, Never>
        /// Of one subject no second run may begin; nil: of any number.
        var subject: String?
        var isStopping = false
    }

    private let running = Mutex<[String: Running]>([:])

    /// Whether a run was told to stop; nil: it has ended, or is none of this process.
    func isStopping(_ id: String) -> Bool? { running.withLock { $0[id]?.isStopping } }

    /// Those that go on, with whether each was told to stop.
    var active: [String: Bool] { running.withLock { $0.mapValues(\.isStopping) } }

    /// The run that a subject has; nil for none.
    func run(of subject: String) -> String? { running.withLock { running in running.first { $0.value.subject == subject }?.key } }

    /// Begins a run.
    ///
    /// - Parameters:
    ///   - subject: What it is about, where nothing else may run about that meanwhile.
    ///   - record: Writes down that it has begun; nobody can see it before.
    /// - Throws: `alreadyRunning`; `limitExceeded` where too many others run; what `record` throws.
    func start(_ id: String, of subject: String? = nil, record: () throws -> Void, _ body: @escaping @Sendable () async -> Void) throws {
        try running.withLock { running in
            if let subject, running.values.contains(where: { $0.subject == subject }) {
                throw SluiceError(.alreadyRunning, "a run of \(subject.quotedForMessage) goes on already")
            }
            guard running.count < GlueLimits.backgroundRuns else {
                throw SluiceError(
                    .limitExceeded, "\(GlueLimits.backgroundRuns) runs go on already", remedy: "wait until one of them is done")
            }
            try record()
            // The task waits for the lock until it is listed here.
            let task = Task { [weak self] in
                await body()
                self?.ended(id)
            }
            running[id] = Running(task: task, subject: subject)
        }
    }

    private func ended(_ id: String) { running.withLock { $0[id] = nil } }

    /// - Returns: Whether it was told so before; nil where it does not go on.
    func stop(_ id: String) -> Bool? {
        running.withLock { running in
            guard let found = running[id] else { return nil }
            running[id]?.isStopping = true
            found.task.cancel()
            return found.isStopping
        }
    }

    /// Stops all of them.
    func stopAll() {
        for id in running.withLock({ Array($0.keys) }) { _ = stop(id) }
    }

    /// Waits for those that were stopped.
    func close() async {
        stopAll()
        for task in running.withLock({ $0.values.map(\.task) }) { await task.value }
    }
}
