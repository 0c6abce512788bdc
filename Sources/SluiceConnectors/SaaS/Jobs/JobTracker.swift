import SluiceCore
import SluiceSaaS
import Synchronization

/// Looks at the rows that a job brings, in whatever order: leaves out those that an earlier window read, and notes the greatest cursor and what
/// lies within the lag below it.
final class JobTracker: Sendable {
    private let cursor: ServiceEntity.Cursor
    private let keys: [String]
    /// As the slice began: what its own rows add is not compared with.
    private let before: ReadPosition
    private let after: Mutex<ReadPosition>

    /// Nil for an entity without a cursor, of which every row is new.
    init?(_ entity: ServiceEntity, _ position: ReadPosition) {
        guard let cursor = entity.cursor else { return nil }
        self.cursor = cursor
        keys = entity.key
        before = position
        after = Mutex(position)
    }

    /// With all rows that were taken, at a place of the reader.
    func position(of reader: JobReader) -> ReadPosition {
        var position = after.withLock { $0 }
        if reader.isDone {
            position.close(lag: cursor.keptLag)
        } else {
            position.advance(reader.position, since: reader.since)
        }
        return position
    }

    /// Columns that it looks at.
    var columns: [String] { keys + [cursor.name] }

    /// The rows that are new.
    ///
    /// - Parameter batch: Has `columns`.
    func take(_ batch: Batch) -> Batch {
        guard let column = batch[cursor.name] else { return batch }
        let places = places(of: column)
        let keyColumns = keys.compactMap { batch[$0] }
        var kept = Bitmap(repeating: true, count: batch.rowCount)
        if before.holdsAny, let high = before.high {
            for (row, place) in places.enumerated() {
                guard let place, place <= high, before.holds(key(keyColumns, row), at: place) else { continue }
                kept[row] = false
            }
        }
        guard let greatest = places.lazy.compactMap(\.self).max() else { return batch.filter(kept) }
        let bound = max(greatest, after.withLock { $0.high } ?? .min).less(cursor.keptLag)
        var noted: [(key: String, place: Int64)] = []
        for (row, place) in places.enumerated() {
            guard let place, place >= bound || place == greatest else { continue }
            noted.append((key(keyColumns, row), place))
        }
        after.withLock { $0.note(noted, lag: cursor.keptLag, known: $0.known) }
        return batch.filter(kept)
    }

    /// As a page's walk writes keys.
    private func key(_ columns: [Column], _ row: Int) -> String {
        columns.map { $0[row].plainText }.joined(separator: "\u{1F}")
    }

    private func places(of column: Column) -> [Int64?] {
        if case .int64(let values) = column.storage, column.type.isTimestamp || cursor.form == .number {
            return values.indices.map { column.isNull($0) ? nil : values[$0] }
        }
        return (0..<column.count).map { column.isNull($0) ? nil : cursor.form.place(of: column[$0].plainText) }
    }
}

extension DataType {
    fileprivate var isTimestamp: Bool { if case .timestamp = self { true } else { false } }
}

extension Value {
    /// A text without quotes; other values as JSON.
    fileprivate var plainText: String { if case .string(let text) = self { text } else { json } }
}
