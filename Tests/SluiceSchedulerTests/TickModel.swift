import SluiceSchedules

/// The ticks that jobs are to have: of each clock that a job has had those of its time. A plain list, beside which the ledger is laid.
struct TickModel {
    private struct Span {
        var schedule: Schedule
        /// Its ticks are behind this moment, in seconds since 1970.
        var from: Int64
        /// And at this one at the latest; nil while it is the job's clock.
        var until: Int64?
        /// Up to where a step has surely put its ticks into the ledger.
        var made: Int64?
    }

    private var spans: [String: [Span]] = [:]

    var names: [String] { spans.keys.sorted() }

    /// A job gets a clock.
    mutating func begin(_ name: String, _ schedule: Schedule, after moment: Int64) {
        spans[name, default: []].append(Span(schedule: schedule, from: moment))
    }

    /// A job loses its clock.
    ///
    /// - Parameter cursor: Up to where its ticks are in the ledger, as that says.
    /// - Returns: A tick that a step must have put into the ledger before; nil where none is left out.
    mutating func end(_ name: String, at cursor: Int64) -> Int64? {
        guard let last = spans[name]?.indices.last, let span = spans[name]?[last] else { return nil }
        spans[name]?[last].until = cursor
        guard let made = span.made, let next = span.schedule.next(after: cursor), next <= made else { return nil }
        return next
    }

    /// A scheduler has done all that was due at a moment.
    mutating func noteStep(at moment: Int64) {
        for (name, list) in spans {
            guard let last = list.last, last.until == nil else { continue }
            spans[name]?[list.count - 1].made = max(last.made ?? moment, moment)
        }
    }

    /// Ascending, each once.
    func ticks(_ name: String, notAfter moment: Int64) -> [Int64] {
        var found: Set<Int64> = []
        for span in spans[name] ?? [] {
            found.formUnion(span.schedule.ticks(after: span.from, notAfter: min(span.until ?? moment, moment), limit: .max))
        }
        return found.sorted()
    }
}
