import SluiceEngine
import Synchronization

/// Shows a run's progress while it works: a thin driver around `ProgressDisplay`.
struct RunMonitor: Sendable {
    let console: Console
    let isQuiet: Bool
    /// Whether a log gets a line at the start and at the end.
    var announces = true
    /// Whether notices are shown when they come, as for a run that has no end; otherwise whoever asked for it shows them behind it.
    var tellsNotices = false
    let told = ToldNotices()

    /// Runs `body` and draws `progress` beside it.
    func watching<Result: Sendable>(
        _ progress: RunProgress, of pipeline: String, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        if isQuiet { return try await body() }
        let channel = console.err
        if !channel.isTerminal, announces { channel.writeLine("\(pipeline): started") }
        let start = ContinuousClock.now
        let drawing = Task { await draw(progress, pipeline, start) }
        do {
            let result = try await body()
            drawing.cancel()
            await drawing.value
            if !channel.isTerminal, announces { channel.writeLine("\(pipeline): finished after \(Self.elapsed(start))") }
            return result
        } catch {
            drawing.cancel()
            await drawing.value
            if !channel.isTerminal, announces { channel.writeLine("\(pipeline): stopped after \(Self.elapsed(start))") }
            throw error
        }
    }

    @concurrent private func draw(_ progress: RunProgress, _ pipeline: String, _ start: ContinuousClock.Instant) async {
        var display = ProgressDisplay(name: pipeline, channel: console.err)
        while !Task.isCancelled {
            if tellsNotices {
                for notice in told.add(progress.snapshot.notices) {
                    display.clear()
                    console.notice(notice)
                }
            }
            display.show(ProgressLine.Reading(progress.snapshot), at: Self.seconds(since: start))
            try? await Task.sleep(for: .milliseconds(ProgressDisplay.redrawMilliseconds))
        }
        display.clear()
    }

    private static func elapsed(_ start: ContinuousClock.Instant) -> String { HumanText.duration(seconds: seconds(since: start)) }

    private static func seconds(since start: ContinuousClock.Instant) -> Double {
        let elapsed = (ContinuousClock.now - start).components
        return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
    }
}

extension ProgressLine.Reading {
    init(_ snapshot: RunProgress.Snapshot) {
        self.init(
            rows: snapshot.rowsRead, bytes: snapshot.bytesRead, bytesTotal: snapshot.bytesTotal, rejected: snapshot.rejected,
            waiting: snapshot.waiting)
    }
}

/// The notices that were shown while a run worked.
final class ToldNotices: Sendable {
    private let texts = Mutex<Set<String>>([])

    /// - Returns: Those that were not there.
    func add(_ notices: [String]) -> [String] { texts.withLock { texts in notices.filter { texts.insert($0).inserted } } }

    func contains(_ notice: String) -> Bool { texts.withLock { $0.contains(notice) } }
}
