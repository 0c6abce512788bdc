import Glibc
import SluiceCore
import Synchronization

/// A thread for SQLite, which calls back into tables and waits there for rows: the pool that decodes these rows must not be used up by it.
final class SQLiteThread: Sendable {
    private struct State {
        var work: [@Sendable () -> Void] = []
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let wake = Semaphore()

    init() throws(SluiceError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, QueryLimits.stackBytes)
        var thread = pthread_t()
        let owner = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread, &attributes,
            { owner in
                if let owner { Unmanaged<SQLiteThread>.fromOpaque(owner).takeRetainedValue().loop() }
                return nil
            }, owner.toOpaque())
        guard failure == 0 else {
            owner.release()
            throw .system(failure, cannot: "start", "a thread")
        }
        pthread_detach(thread)
    }

    private func loop() {
        while true {
            wake.wait()
            let (next, hasEnded) = state.withLock { state in (state.work.isEmpty ? nil : state.work.removeFirst(), state.hasEnded) }
            if let next { next() } else if hasEnded { return }
        }
    }

    /// Runs a body on the thread.
    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            enqueue { continuation.resume(with: Swift.Result { try body() }) }
        }
    }

    /// Runs a body that cannot fail on the thread.
    func finish(_ body: @escaping @Sendable () -> Void) async {
        await withCheckedContinuation { continuation in
            enqueue {
                body()
                continuation.resume()
            }
        }
    }

    private func enqueue(_ work: @escaping @Sendable () -> Void) {
        state.withLock { $0.work.append(work) }
        wake.signal()
    }

    /// Lets the thread end when its work is done.
    func end() {
        state.withLock { $0.hasEnded = true }
        wake.signal()
    }
}
