package import SluiceCatalog
package import SluiceCore

/// What a running pipeline tells of itself in the state directory, about twice a second: `<home>/live/<pipeline>.<process>.json`.
package struct LiveFigures: Codable, Hashable, Sendable {
    /// How far one shard of the source was read.
    package struct Shard: Codable, Hashable, Sendable {
        package var name: String
        /// Records that were not read yet, behind the last commit.
        package var lag: Int64
        /// Records that were read and committed, over the last seconds.
        package var recordsPerSecond: Double
    }

    package var pipeline: String
    package var processID: Int32
    package var processStarted: String
    package var follows: Bool
    /// Microseconds since 1970.
    package var startedMicros: Int64
    package var updatedMicros: Int64
    package var rowsRead: Int64 = 0
    package var rowsWritten: Int64 = 0
    package var bytesRead: Int64 = 0
    package var bytesTotal: Int64?
    package var bytesWritten: Int64 = 0
    package var rejected: Int64 = 0
    /// Over the last seconds.
    package var rowsReadPerSecond = 0.0
    package var rowsWrittenPerSecond = 0.0
    /// Of the whole process, which may run several pipelines.
    package var memoryBytes: Int64 = 0
    /// What keeps the run from going on.
    package var waiting: String?
    /// Rows into and out of each step so far.
    package var steps: [RunReport.Step] = []
    /// The first `LiveLimits.shards` shards, those with most lag first; nil where the source has none.
    package var shards: [Shard]?
    /// Of all shards.
    package var lag: Int64?

    package var process: ProcessIdentity { ProcessIdentity(processID: processID, started: processStarted) }

    /// The figures as one JSON object with stable keys.
    package var json: Value {
        .structure([
            .init("pipeline", .string(pipeline)), .init("process_id", .integer(Int64(processID))), .init("follows", .boolean(follows)),
            .init("started_at", .timestamp(startedMicros, zoned: true)), .init("updated_at", .timestamp(updatedMicros, zoned: true)),
            .init("rows_read", .integer(rowsRead)), .init("rows_written", .integer(rowsWritten)), .init("bytes_read", .integer(bytesRead)),
            .init("bytes_total", bytesTotal.map { .integer($0) } ?? .null), .init("bytes_written", .integer(bytesWritten)),
            .init("dead_letters", .integer(rejected)), .init("rows_read_per_second", .float(rowsReadPerSecond)),
            .init("rows_written_per_second", .float(rowsWrittenPerSecond)), .init("memory_bytes", .integer(memoryBytes)),
            .init("waiting", waiting.map { .string($0) } ?? .null), .init("lag", lag.map { .integer($0) } ?? .null),
            .init("steps", .list(steps.map(\.json))),
            .init(
                "shards",
                .list(
                    (shards ?? []).map {
                        .structure([
                            .init("shard", .string($0.name)), .init("lag", .integer($0.lag)),
                            .init("records_per_second", .float($0.recordsPerSecond)),
                        ])
                    })),
        ])
    }
}

/// Bounds of what is told while a pipeline runs.
package enum LiveLimits {
    /// Shards whose lag is told one by one.
    package static let shards = 64
    /// Bytes of what one run tells.
    static let fileBytes = 1 << 20
    /// Milliseconds between two tellings, and between two looks at who wants to see rows.
    static let intervalMilliseconds = 500
    static let tapMilliseconds = 100
    /// Tellings over which rates are taken.
    static let rateWindow = 6
    /// Bytes of rows that wait for their reader.
    static let tapFileBytes = 16 << 20
}
