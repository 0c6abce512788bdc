import Glibc
import Synchronization

/// Threads for work that waits, for a disk or for an answer, so that those of the language are left to others. They are started as they are needed,
/// up to a bound, and stay.
package final class BlockingThreads: TaskExecutor, @unchecked Sendable {
    /// Work in its order; the front is dropped in portions.
    private struct Line {
        var work: [@Sendable () -> Void] = []
        var head = 0
        var threads = 0
        var idle = 0

        mutating func next() -> (@Sendable () -> Void)? {
            guard head < work.count else { return nil }
            let first = work[head]
            head += 1
            if head == work.count || head > 1_024 {
                work.removeFirst(head)
                head = 0
            }
            return first
        }
    }

    private let limit: Int
    private let line = Mutex(Line())
    /// Counts the work that nobody has taken.
    private let wake: UnsafeMutablePointer<sem_t>

    /// - Parameter limit: Threads at most.
    package init(limit: Int) {
        self.limit = limit
        wake = .allocate(capacity: 1)
        sem_init(wake, 0, 0)
    }

    /// Does work on one of the threads.
    package func start(_ work: @escaping @Sendable () -> Void) {
        let needsThread = line.withLock { line in
            line.work.append(work)
            guard line.work.count - line.head > line.idle, line.threads < limit else { return false }
            line.threads += 1
            return true
        }
        if needsThread { startThread() }
        sem_post(wake)
    }

    /// What work answers that is done on one of the threads.
    package func answer<Answer: Sendable>(of work: @escaping @Sendable () -> Answer) async -> Answer {
        await withCheckedContinuation { waiter in start { waiter.resume(returning: work()) } }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        start { [unowned self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    /// The threads keep their owner.
    private func startThread() {
        var thread = pthread_t()
        let owner = Unmanaged.passRetained(self).toOpaque()
        let failure = pthread_create(
            &thread, nil,
            { owner in
                Unmanaged<BlockingThreads>.fromOpaque(owner!).takeUnretainedValue().work()
                return nil
            }, owner)
        precondition(failure == 0, "cannot start a thread: error \(failure)")
        pthread_detach(thread)
    }

    private func work() {
        while true {
            line.withLock { $0.idle += 1 }
            while sem_wait(wake) != 0 {}
            let work = line.withLock { line in
                line.idle -= 1
                return line.next()
            }
            work?()
        }
    }
}
