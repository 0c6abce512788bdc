import SluiceCore

/// What a step keeps between the epochs of a run: rows, and a few facts about them.
///
/// Each epoch's new rows go to a file of their own, which is dropped once all of its rows are older than `StepFacts.oldest`.
protocol StepState: AnyObject, Sendable {
    /// Of the rows that are kept: the first column is an int64, by which they age.
    var keptSchema: Schema { get }
    var facts: StepFacts { get }
    var watermark: Watermark { get }

    /// Where an epoch's new rows go beside memory; nil where nothing is kept.
    var changes: StateFileWriter? { get set }
    /// Writes all rows that are not out of date.
    func writeAll(to file: StateFileWriter) throws

    /// Before the first batch is restored.
    func restore(_ facts: StepFacts)
    /// Rows of changes or of a snapshot; some may be out of date.
    func restore(_ rows: Batch)
    func finishRestoring()
}

/// What there is to keep beside the rows. Times are microseconds since 1970.
struct StepFacts: Codable {
    var watermark: Watermark
    /// The watermark of what was handed on, or forgotten, last.
    var closedThrough: Int64
    /// Rows whose first column is less are out of date; nil where there are no others.
    var oldest: Int64?
}
