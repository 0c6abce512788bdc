import SluiceCatalog
import SluiceCore
import SluiceCrawler
import Synchronization

/// Crawls that run in this process, one of each crawler at a time.
final class Crawls: Sendable {
    private let catalog: Catalog
    private let surroundings: CrawlSurroundings
    private let tell: @Sendable (_ crawler: String, ScheduledRunState) -> Void
    private let running = Mutex<[String: Running]>([:])

    private struct Running {
        var task: Task<Void, Never>
        var startedMicros: Int64
        var isStopping = false
    }

    /// What a crawler does at the moment.
    struct Activity: Sendable {
        var startedMicros: Int64
        var isStopping: Bool
    }

    /// - Parameter tell: Told of each crawl that is over, and how it ended.
    init(
        _ catalog: Catalog, _ surroundings: CrawlSurroundings, tell: @escaping @Sendable (_ crawler: String, ScheduledRunState) -> Void
    ) {
        self.catalog = catalog
        self.surroundings = surroundings
        self.tell = tell
    }

    /// Nil while it does nothing.
    func activity(of crawler: String) -> Activity? {
        running.withLock { $0[crawler] }.map { Activity(startedMicros: $0.startedMicros, isStopping: $0.isStopping) }
    }

    /// Begins a crawl, which goes on behind the answer; the history of crawls says what came of it.
    ///
    /// - Throws: `alreadyRunning`; `limitExceeded` where too many others run.
    func start(_ settings: CrawlSettings) throws(SluiceError) {
        let crawler = Crawler(settings, catalog: catalog, surroundings: surroundings)
        let name = settings.name
        let started = catalog.clock.nowMicros()
        let refusal = running.withLock { running -> SluiceError? in
            if running[name] != nil { return SluiceError(.alreadyRunning, "crawler \(name.quotedForMessage) runs already") }
            guard running.count < GlueLimits.crawls else {
                return SluiceError(.limitExceeded, "\(GlueLimits.crawls) crawlers run already", remedy: "wait until one of them is done")
            }
            // The task waits for the lock until it is listed here.
            let task = Task { [weak self, catalog] in
                var state = ScheduledRunState.failed
                do {
                    _ = try await crawler.apply()
                    state = .succeeded
                } catch let error as SluiceError where error.code == .alreadyRunning {
                    // Another process crawls for it; the history says so, where others write themselves what became of them.
                    if let id = try? catalog.beginCrawl(name, settings: settings.fingerprint) { try? catalog.failCrawl(id, error) }
                } catch {}
                if state == .failed, Task.isCancelled { state = .cancelled }
                self?.ended(name)
                self?.tell(name, state)
            }
            running[name] = Running(task: task, startedMicros: started)
            return nil
        }
        if let refusal { throw refusal }
    }

    private func ended(_ crawler: String) { running.withLock { $0[crawler] = nil } }

    /// - Returns: What it did; nil for nothing.
    func stop(_ crawler: String) -> Activity? {
        running.withLock { running in
            guard let found = running[crawler] else { return nil }
            running[crawler]?.isStopping = true
            found.task.cancel()
            return Activity(startedMicros: found.startedMicros, isStopping: found.isStopping)
        }
    }

    /// Stops all of them.
    func stopAll() {
        for crawler in running.withLock({ Array($0.keys) }) { _ = stop(crawler) }
    }

    /// Waits for those that were stopped.
    func close() async {
        stopAll()
        for task in running.withLock({ $0.values.map(\.task) }) { await task.value }
    }
}
