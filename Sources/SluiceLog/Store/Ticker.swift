import Synchronization

/// Does something again and again, until it is stopped or let go.
final class Ticker: Sendable {
    private let task = Mutex<Task<Void, Never>?>(nil)

    deinit { stop() }

    /// Starts unless it has started.
    ///
    /// - Parameter body: Returns false to end.
    func start(every interval: Duration, _ body: @escaping @Sendable () async -> Bool) {
        task.withLock { task in
            guard task == nil else { return }
            task = Task.detached {
                repeat {
                    do { try await Task.sleep(for: interval) } catch { return }
                } while await body()
            }
        }
    }

    func stop() {
        task.withLock { task in
            task?.cancel()
            task = nil
        }
    }
}
