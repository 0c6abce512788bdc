/// Bounds of a run.
package enum EngineLimits {
    /// Bytes of batches that wait between two tasks.
    package static let queueBytes = 16 << 20
    /// State that one step keeps in memory (sort, aggregate, deduplicate, the table of a join): a quarter of the machine, between 64 MiB and
    /// 1.5 GiB; the upper bound keeps every joined column of text under the 2 GiB that its offsets can span.
    package static let stateBytes = min(1536 << 20, max(64 << 20, Machine.memoryBytes / 4))
    /// The least that a step's state may be given: a batch and its keys must fit.
    package static let minimumStateBytes = 1 << 20
    /// Shards of a stream that are read side by side.
    package static let streamTasks = 64
    /// How often a run begins to read because a table was replaced before its files were open.
    package static let tableReadings = 10
    /// Dead letters of which the run's record shows an excerpt.
    package static let shownDeadLetters = 5
    /// Files whose headers are kept at hand for dead letters.
    package static let letterHeaders = 1_024
    /// Rows of an output batch that a step makes anew.
    package static let outputRows = 8_192
}
