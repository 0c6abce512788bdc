/// Where a following run is killed: the points of its protocol, in their order (docs/exactly-once.md).
enum KillPoint: String, CaseIterable, Sendable {
    /// In a step, with the epoch's first rows in hand.
    case row
    /// Everything that the epoch writes is staged and durable.
    case prepared
    /// In the transaction, with all of it written and nothing committed.
    case written
    /// Behind the transaction, before anything that it owes is done.
    case recorded
    /// Behind the first rename.
    case renamed
    /// Behind the first removal of what is not needed any more.
    case removed
    /// Behind the last rename, when nothing is owed to the file system any more.
    case cleared
    /// Records are in their stream or bucket, or in the open transaction of a database.
    case published
    /// The database's transaction is durable.
    case landed
    /// What was published is struck off, and its staged records are still there.
    case struckOff = "struck-off"
    /// At any time.
    case random

    /// Those that a run comes to with this sink.
    static func all(of sink: MatrixSink) -> [KillPoint] {
        let own: [KillPoint]
        switch sink {
        case .file, .table, .merged: own = [.renamed, .removed]
        // A few records are staged in the catalog, and leave no file behind.
        case .stream: own = [.published, .struckOff]
        case .sqlite: own = [.published, .landed, .struckOff]
        case .objects: own = [.removed, .published, .struckOff]
        }
        return allCases.filter { [.row, .prepared, .written, .recorded, .cleared, .random].contains($0) || own.contains($0) }
    }
}
