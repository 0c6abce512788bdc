import Glibc
import Synchronization

/// Threads that wait for the disk, so that those of the language are left to others; started as they are needed, up to a bound.
final class DiskThreads: @unchecked Sendable {
    static let shared = DiskThreads(limit: BucketLimits.threads)

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
    private let wake: UnsafeMutablePointer<sem_t>

    init(limit: Int) {
        self.limit = limit
        wake = .allocate(capacity: 1)
        sem_init(wake, 0, 0)
    }

    /// Does `body` on one of the threads.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws(BucketFailure) -> Result
    ) async throws(BucketFailure) -> Result {
        let result = await withCheckedContinuation { (waiter: CheckedContinuation<Swift.Result<Result, BucketFailure>, Never>) in
            start { waiter.resume(returning: Swift.Result { () throws(BucketFailure) in try body() }) }
        }
        return try result.get()
    }

    func start(_ work: @escaping @Sendable () -> Void) {
        let needsThread = line.withLock { line in
            line.work.append(work)
            guard line.work.count - line.head > line.idle, line.threads < limit else { return false }
            line.threads += 1
            return true
        }
        if needsThread { startThread() }
        sem_post(wake)
    }

    private func startThread() {
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { owner in
                Unmanaged<DiskThreads>.fromOpaque(owner!).takeUnretainedValue().work()
                return nil
            }, Unmanaged.passUnretained(self).toOpaque())
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
