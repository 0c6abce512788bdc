import SluiceCatalog
import SluiceCore
import SluiceEngine
import Synchronization

/// Tells what becomes of the units of a backfill while they are worked on: a line for each.
final class BackfillProgress: Sendable {
    private let console: Console
    private let pipeline: String
    private let total: Int
    private let fingerprints: [String: String]
    private let isSilent: Bool
    private let done = Mutex(0)

    init(_ backfill: BackfillPlan, _ console: Console, isSilent: Bool) {
        self.console = console
        self.isSilent = isSilent
        pipeline = backfill.key.pipeline
        total = backfill.units.count
        fingerprints = Dictionary(backfill.records.map { ($0.name, $0.fingerprint) }) { first, _ in first }
    }

    /// - Parameter known: What an earlier command did of the same backfill.
    func begin(_ known: BackfillRecord?, restarts: Bool) {
        guard let known, !restarts, !isSilent else { return }
        let finished = known.units.filter { $0.state == .done && fingerprints[$0.name] != nil }
        if finished.isEmpty { return }
        done.withLock { $0 = finished.count }
        console.notice("\(finished.count) of \(HumanText.count(total, "unit")) are done already; --restart does them anew")
        for unit in finished where fingerprints[unit.name] != unit.fingerprint {
            console.warning("the input of unit \(unit.name) has changed since it was done; it is not done again")
        }
    }

    func show(_ event: BackfillRunner.Event) {
        switch event {
        case .started: break
        case .done(let unit, let summary):
            let finished = done.withLock { done in
                done += 1
                return done
            }
            let letters = summary.report.deadLetters
            tell(
                "\(unit): done, \(HumanText.count(summary.report.rowsOut, "row")) in \(HumanText.duration(seconds: summary.seconds))"
                    + (letters > 0 ? ", \(HumanText.count(letters, "dead letter"))" : "") + " (\(finished) of \(total))")
        case .failed(let unit, let error):
            tell("\(unit): failed: error[\(error.code)]: \(error.message)" + (error.location.map { " (\($0))" } ?? ""))
        }
    }

    /// Says at the end that units failed.
    func tell(_ failed: Int, of record: BackfillRecord) {
        guard !isSilent else { return }
        console.warning(
            "\(failed) of \(HumanText.count(record.units.count, "unit")) failed; `\(Invocation.current.programName) backfill show \(record.id)` "
                + "says why, and the same command tries them again")
    }

    private func tell(_ text: String) {
        if !isSilent { console.err.writeLine("\(pipeline): \(CellText.escaped(text))") }
    }
}
