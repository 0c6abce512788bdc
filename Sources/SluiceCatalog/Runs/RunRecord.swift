package import SluiceCore

/// How far a run came.
package enum RunState: String, Sendable, CaseIterable {
    case running, succeeded, failed
    /// Stopped by a signal, or its process is gone.
    case interrupted
}

/// Why a run failed, as it was printed.
package struct RunFailure: Hashable, Sendable, Codable {
    package var code: String
    package var message: String
    /// `file:line:column` or `stream/shard@sequence`.
    package var place: String?
    package var remedy: String?

    package init(_ error: SluiceError) {
        code = error.code.name
        let error = KnownSecrets.masked(error)
        message = error.message
        place = error.location?.description
        remedy = error.remedy
    }

    package var json: Value {
        .structure([
            .init("code", .string(code)), .init("message", .string(message)), .init("place", place.map { .string($0) } ?? .null),
            .init("remedy", remedy.map { .string($0) } ?? .null),
        ])
    }
}

/// One execution of a pipeline.
package struct RunRecord: Hashable, Sendable {
    package var id: RunID
    package var pipeline: String
    /// SHA-256 of the definition as text, in hexadecimal.
    package var definitionHash: String
    package var state: RunState
    /// Microseconds since 1970.
    package var startedMicros: Int64
    package var endedMicros: Int64?
    package var process: ProcessIdentity
    package var failure: RunFailure?
    package var report: RunReport

    /// Microseconds from begin to end; nil while it runs.
    package var durationMicros: Int64? { endedMicros.map { $0 - startedMicros } }

    /// Whether records had fields that the run's plan did not know, which another plan reads: nothing is wrong.
    package var metNewFields: Bool { state == .failed && failure?.code == SluiceError.Code.newFields.name }

    /// The state as people read it.
    package var stateText: String { metNewFields ? "replanned" : state.rawValue }

    package var json: Value {
        var members: [Value.Member] = [
            .init("run_id", .string(id.text)), .init("pipeline", .string(pipeline)), .init("definition_hash", .string(definitionHash)),
            .init("state", .string(state.rawValue)), .init("started_at", .timestamp(startedMicros, zoned: true)),
            .init("ended_at", endedMicros.map { .timestamp($0, zoned: true) } ?? .null),
            .init("duration_micros", durationMicros.map { .integer($0) } ?? .null),
            .init("process_id", .integer(Int64(process.processID))), .init("error", failure?.json ?? .null),
        ]
        if case .structure(let details) = report.json { members += details }
        return .structure(members)
    }
}
