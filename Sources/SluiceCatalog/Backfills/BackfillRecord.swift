package import SluiceCore

/// What tells one backfill from another: the same pipeline over the same range, cut and written in the same way, is the same work.
package struct BackfillKey: Hashable, Sendable {
    package var pipeline: String
    /// The bounds as text: a time in ISO 8601, or a sequence number.
    package var from: String
    package var to: String
    /// How the range is cut and the output is written, in the engine's own words.
    package var manner: String

    package init(pipeline: String, from: String, to: String, manner: String) {
        self.pipeline = pipeline
        self.from = from
        self.to = to
        self.manner = manner
    }
}

/// How far a unit of a backfill came.
package enum BackfillUnitState: String, Sendable, CaseIterable {
    case pending, running, done, failed
    /// Its process is gone, or was stopped; nothing of it is visible.
    case interrupted
}

/// A part of a backfill that commits by itself.
package struct BackfillUnitRecord: Hashable, Sendable {
    package var name: String
    package var state: BackfillUnitState
    /// Tells its inputs from others: files with their sizes and times of change, or places in a shard.
    package var fingerprint: String
    package var inputCount: Int
    /// Nil where nobody knows.
    package var byteCount: Int64?
    /// The run that committed it.
    package var run: RunID?
    package var rowsIn: Int64 = 0
    package var rowsOut: Int64 = 0
    package var deadLetters: Int64 = 0
    package var failure: RunFailure?
    /// Files that its last run wrote.
    package var outputs: [String] = []
    /// Microseconds since 1970; nil before it was begun.
    package var updatedMicros: Int64?

    package init(name: String, fingerprint: String, inputCount: Int, byteCount: Int64?) {
        self.name = name
        state = .pending
        self.fingerprint = fingerprint
        self.inputCount = inputCount
        self.byteCount = byteCount
    }

    package var json: Value {
        .structure([
            .init("unit", .string(name)), .init("state", .string(state.rawValue)), .init("inputs", .integer(Int64(inputCount))),
            .init("bytes", byteCount.map { .integer($0) } ?? .null), .init("run_id", run.map { .string($0.text) } ?? .null),
            .init("rows_in", .integer(rowsIn)), .init("rows_out", .integer(rowsOut)), .init("dead_letters", .integer(deadLetters)),
            .init("error", failure?.json ?? .null),
            .init("updated_at", updatedMicros.map { .timestamp($0, zoned: true) } ?? .null),
        ])
    }
}

/// A backfill and what became of its units.
package struct BackfillRecord: Hashable, Sendable {
    package var id: RunID
    package var key: BackfillKey
    /// SHA-256 of the definition that its units were done with, in hexadecimal.
    package var definitionHash: String
    /// Microseconds since 1970.
    package var startedMicros: Int64
    package var updatedMicros: Int64
    /// Whether its process is at work.
    package var isRunning: Bool
    /// In the order of the range.
    package var units: [BackfillUnitRecord]

    /// How many units are in a state.
    package func count(_ state: BackfillUnitState) -> Int { units.count { $0.state == state } }

    /// `done` when all units are; `running` while a process is at work; `failed` where units failed; else `interrupted`.
    package var state: BackfillUnitState {
        if isRunning { return .running }
        if units.allSatisfy({ $0.state == .done }) { return .done }
        return units.contains { $0.state == .failed } ? .failed : .interrupted
    }

    package var json: Value {
        .structure([
            .init("backfill_id", .string(id.text)), .init("pipeline", .string(key.pipeline)), .init("from", .string(key.from)),
            .init("to", .string(key.to)), .init("manner", .string(key.manner)), .init("state", .string(state.rawValue)),
            .init("started_at", .timestamp(startedMicros, zoned: true)), .init("updated_at", .timestamp(updatedMicros, zoned: true)),
            .init("units_done", .integer(Int64(count(.done)))), .init("units", .list(units.map(\.json))),
        ])
    }
}

/// The unit that a run's commit finishes.
package struct BackfillUnitCommit: Hashable, Sendable {
    package var backfill: RunID
    package var unit: String
    /// Files that the unit wrote.
    package var outputs: [String]

    package init(backfill: RunID, unit: String, outputs: [String] = []) {
        self.backfill = backfill
        self.unit = unit
        self.outputs = outputs
    }
}
