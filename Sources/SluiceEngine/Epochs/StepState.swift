import SluiceCore

/// What a step keeps between the epochs of a run: rows, and a few facts about them.
///
/// Each epoch's new rows go to a file of their own, which is dropped once all of its rows are older than `StepFacts.oldest`.
protocol StepState: AnyObject, Sendable {
    /// Of the rows that are kept: the first column is an int64, by which they age.
    var keptSchema: Schema { get }
    var facts: StepFacts { get }
    /// What `keptSchema` stands for.
    var signature: StateSignature { get }
    var watermark: Watermark { get }

    /// Whether an epoch without rows would hand something on: because splits are silent, or because it is time.
    func wouldMove(now: Int64) -> Bool

    /// Where an epoch's new rows go beside memory; nil where nothing is kept.
    var changes: StateFileWriter? { get set }
    /// What earlier epochs brought, for a step that does not hold it in memory; some of it may be out of date.
    var stored: [StoredRows] { get set }
    /// Writes all rows that are not out of date.
    func writeAll(to file: StateFileWriter) throws

    /// Before the first batch is restored.
    func restore(_ facts: StepFacts)
    /// Rows of changes or of a snapshot; some may be out of date.
    func restore(_ rows: Batch)
    func finishRestoring()

    /// Goes on before the rows are restored, which are read beside the epochs that follow, and taken over when all of them are there. The facts
    /// are restored before.
    ///
    /// - Returns: False for a step that needs its rows at once.
    /// - Throws: `stateCorrupt`.
    func restoreBeside(_ rows: [StoredRows], on background: BackgroundWork) throws -> Bool
    /// Whether rows are being read so.
    var isLoading: Bool { get }

    /// Whether a file's rows are of use to those of older files only, so that it lasts as long as these.
    var agesInOrder: Bool { get }
}

extension StepState {
    func wouldMove(now: Int64) -> Bool { watermark.wouldMove(now: now) }
    func restoreBeside(_ rows: [StoredRows], on background: BackgroundWork) throws -> Bool { false }
    var isLoading: Bool { false }
    var agesInOrder: Bool { false }

    /// Of a step that always holds all of it.
    var stored: [StoredRows] {
        get { [] }
        set {}
    }
}

/// What there is to keep beside the rows. Times are microseconds since 1970.
struct StepFacts: Codable {
    var watermark: Watermark
    /// The watermark of what was handed on, or forgotten, last.
    var closedThrough: Int64
    /// Rows whose first column is less are out of date; nil where there are no others.
    var oldest: Int64?
    /// What a step that keeps no rows counts.
    var count: Int64?
    /// Where it counts several things.
    var counts: [Int64]?
}
