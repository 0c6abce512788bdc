import SluiceCrawler

/// Shows a crawl's progress while it works.
struct CrawlMonitor: Sendable {
    let console: Console
    let isQuiet: Bool

    /// Runs `body` and draws `progress` beside it.
    func watching<Result: Sendable>(
        _ progress: CrawlProgress, of name: String, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        if isQuiet { return try await body() }
        let drawing = Task { await draw(progress, name) }
        do {
            let result = try await body()
            drawing.cancel()
            await drawing.value
            return result
        } catch {
            drawing.cancel()
            await drawing.value
            throw error
        }
    }

    @concurrent private func draw(_ progress: CrawlProgress, _ name: String) async {
        let start = ContinuousClock.now
        var display = ProgressDisplay(name: name, channel: console.err)
        while !Task.isCancelled {
            let elapsed = (ContinuousClock.now - start).components
            display.show(
                ProgressLine.Reading(progress.snapshot), at: Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18)
            try? await Task.sleep(for: .milliseconds(ProgressDisplay.redrawMilliseconds))
        }
        display.clear()
    }
}

extension ProgressLine.Reading {
    fileprivate init(_ snapshot: CrawlProgress.Snapshot) {
        self.init(
            rows: snapshot.rows, bytes: snapshot.bytes, bytesTotal: snapshot.bytesTotal > 0 ? snapshot.bytesTotal : nil,
            rejected: snapshot.rejected)
    }
}
