import SluiceCore

/// The rows of a batch, with cells for the columns that a scan asked for.
final class CellBatch {
    let rowCount: Int
    /// By the table's column; nil for those that were not asked for.
    let cells: [Cells?]
    /// Where the rows stood in their split, and the split's number; nil where nobody knows.
    private let places: (split: Int, positions: Origin.Positions)?
    private lazy var hasPlaces: Bool = self.places.map { self.areDifferent($0.positions) } ?? false

    /// - Parameter columns: Of the table, in the order of the batch's columns.
    init(_ batch: Batch, columns: [Int], of table: QueryTable) {
        rowCount = batch.rowCount
        var cells = [Cells?](repeating: nil, count: table.columns.count)
        for (place, column) in columns.enumerated() { cells[column] = Cells.of(batch.columns[place]) }
        self.cells = cells
        places = batch.origin.map { (table.number(of: $0.split), $0.positions) }
    }

    /// Bits of a row's number that its place in the split takes.
    private static let placeBits: Int64 = 44

    /// The number of a row, the same in every scan; nil where several rows would have the same.
    func number(_ row: Int) -> Int64? {
        guard hasPlaces, let places else { return nil }
        let position = places.positions[row]
        guard (0..<(1 << Self.placeBits)).contains(position) else { return nil }
        return Int64(places.split) << Self.placeBits | position
    }

    /// Several records of one line have the same place.
    private func areDifferent(_ positions: Origin.Positions) -> Bool {
        guard case .listed(let list) = positions else { return true }
        return zip(list, list.dropFirst()).allSatisfy { $0 < $1 }
    }
}
