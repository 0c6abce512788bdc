import Glibc
package import SluiceCore
import Synchronization

/// Calls of services for code that waits: a reader of a format takes bytes as from a disk.
///
/// A call runs on threads that only calls use, so that it goes on however many of the threads that tasks share wait for one. Its timers have to be
/// those of `EventLoopClock`, for the same reason.
package enum ServiceThreads {
    /// A call that was begun.
    package typealias Running<Answer: Sendable> = Task<Result<Answer, SluiceError>, Never>

    private static let executor = BlockingThreads(limit: AWSLimits.serviceThreads)

    /// Begins a call.
    package static func start<Answer: Sendable>(
        _ body: @escaping @Sendable () async throws(SluiceError) -> Answer
    ) -> Running<Answer> {
        Task(executorPreference: executor) {
            do throws(SluiceError) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
    }

    /// Blocks the thread until the call has ended. The call is cancelled with the task that waits.
    ///
    /// - Throws: What the call throws; `interrupted`.
    package static func result<Answer: Sendable>(of call: Running<Answer>) throws(SluiceError) -> Answer {
        let latch = Latch<Result<Answer, SluiceError>>()
        Task(executorPreference: executor) { latch.open(with: await call.value) }
        while true {
            if let result = latch.wait(milliseconds: AWSLimits.cancellationCheckMillis) { return try result.get() }
            if Task.isCancelled { call.cancel() }
        }
    }

    /// Makes a call, and blocks the thread until it has ended.
    package static func wait<Answer: Sendable>(
        for body: @escaping @Sendable () async throws(SluiceError) -> Answer
    ) throws(SluiceError) -> Answer {
        try result(of: start(body))
    }
}

/// A value that threads wait for.
private final class Latch<Value: Sendable>: @unchecked Sendable {
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let opened: UnsafeMutablePointer<pthread_cond_t>
    /// Guarded by `lock`.
    private var value: Value?

    init() {
        lock = .allocate(capacity: 1)
        opened = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        pthread_cond_init(opened, nil)
    }

    deinit {
        pthread_cond_destroy(opened)
        pthread_mutex_destroy(lock)
        opened.deallocate()
        lock.deallocate()
    }

    func open(with value: Value) {
        pthread_mutex_lock(lock)
        self.value = value
        pthread_cond_broadcast(opened)
        pthread_mutex_unlock(lock)
    }

    /// - Returns: Nil where there is no value within the time.
    func wait(milliseconds: Int) -> Value? {
        var end = timespec()
        clock_gettime(CLOCK_REALTIME, &end)
        let nanoseconds = end.tv_nsec + milliseconds * 1_000_000
        end.tv_sec += nanoseconds / 1_000_000_000
        end.tv_nsec = nanoseconds % 1_000_000_000
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while value == nil {
            if pthread_cond_timedwait(opened, lock, &end) != 0 { break }
        }
        return value
    }
}
