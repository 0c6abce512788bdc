import SluiceCore
import SluiceStreams

/// How long a row may be as a record of a stream, or of the rows that wait to be put into a database.
enum RowLength {
    /// - Parameters:
    ///   - rows: One payload for each row of the batch.
    ///   - target: As messages name it: `stream "clicks"`.
    /// - Throws: `recordTooLarge` with the place that the row came from.
    static func check(_ rows: ByteRows, of batch: Batch, for target: String) throws(SluiceError) {
        guard rows.byteCount > StreamLimits.payloadBytes else { return }
        guard let row = (0..<rows.count).first(where: { rows[$0].count > StreamLimits.payloadBytes }) else { return }
        throw error("\(rows[row].count) bytes", row, of: batch, for: target)
    }

    static func error(_ length: String, _ row: Int, of batch: Batch, for target: String) -> SluiceError {
        SluiceError(
            .recordTooLarge, "a row has \(length) as it is written to \(target), which takes \(StreamLimits.payloadBytes)",
            at: batch.origin?.location(row), remedy: "cut its texts, or leave columns or the row out, before the sink")
    }
}
