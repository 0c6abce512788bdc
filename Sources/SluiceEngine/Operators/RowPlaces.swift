/// Gives each row of a part its place in the input: batches that came from one are at one position, and stand in the order in which they are
/// taken.
struct RowPlaces {
    private var position: UInt64?
    private var rows: Int64 = 0

    /// The place of the batch's first row among those of its position.
    mutating func base(of batch: BatchPosition, rowCount: Int) -> Int64 {
        if position != batch.rawValue {
            position = batch.rawValue
            rows = 0
        }
        defer { rows += Int64(rowCount) }
        return rows
    }
}
