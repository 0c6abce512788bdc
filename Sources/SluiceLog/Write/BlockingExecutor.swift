import Glibc
import Synchronization

/// Threads of its own for tasks that wait for the disk, so that several shards sync side by side and the pool of the language is left to others.
///
/// Threads are started as they are needed, up to a bound, and stay.
final class BlockingExecutor: TaskExecutor {
    static let shared = BlockingExecutor(threads: LogLimits.syncThreads)

    private struct State {
        var jobs: [UnownedJob] = []
        var threads = 0
        var idle = 0
    }

    private let limit: Int
    private let state = Mutex(State())
    private let wake = Semaphore()

    init(threads: Int) { limit = threads }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let starts = state.withLock { state in
            state.jobs.append(job)
            let starts = state.jobs.count > state.idle && state.threads < limit
            if starts { state.threads += 1 }
            return starts
        }
        if starts { start() }
        wake.signal()
    }

    private func start() {
        var thread = pthread_t()
        let owner = Unmanaged.passRetained(self).toOpaque()
        let failure = pthread_create(
            &thread, nil,
            { owner in
                Unmanaged<BlockingExecutor>.fromOpaque(owner!).takeUnretainedValue().run()
                return nil
            }, owner)
        precondition(failure == 0, "cannot start a thread: error \(failure)")
        pthread_detach(thread)
    }

    private func run() {
        while true {
            state.withLock { $0.idle += 1 }
            wake.wait()
            let job = state.withLock { state in
                state.idle -= 1
                return state.jobs.removeFirst()
            }
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}

/// A counting semaphore of the C library.
private final class Semaphore: @unchecked Sendable {
    private let handle: UnsafeMutablePointer<sem_t>

    init() {
        handle = .allocate(capacity: 1)
        sem_init(handle, 0, 0)
    }

    deinit {
        sem_destroy(handle)
        handle.deallocate()
    }

    func signal() { sem_post(handle) }
    func wait() { while sem_wait(handle) != 0 {} }
}
