/// Rows of several columns (or batches) of one type, brought into one order: which rows of each piece are taken, and where they go.
///
/// Taking them with one pass over each piece costs one copy; joining the pieces first and gathering from that costs two, and the memory.
///
/// - Invariant: the targets of all pieces together are `0 ..< count`, each once; those of one piece ascend.
public struct RowPicks: Sendable {
    struct Piece: Sendable {
        var rows: [Int32] = []
        var targets: [Int32] = []
    }

    private(set) var pieces: [Piece]
    public private(set) var count = 0

    public init(pieceCount: Int = 0) { pieces = Array(repeating: Piece(), count: pieceCount) }

    public var pieceCount: Int { pieces.count }

    /// Makes room for one more piece and returns its number.
    public mutating func addPiece() -> Int {
        pieces.append(Piece())
        return pieces.count - 1
    }

    /// The next row of the order is row `row` of a piece.
    @inline(__always) public mutating func append(row: Int32, of piece: Int) {
        pieces[piece].rows.append(row)
        pieces[piece].targets.append(Int32(truncatingIfNeeded: count))
        count += 1
    }
}

extension Column {
    /// The rows that `picks` takes of columns of one type, in its order.
    ///
    /// - Complexity: O(rows and bytes taken). Lists, maps and choices are copied three times.
    public static func picked(_ columns: [Column], _ picks: RowPicks) -> Column {
        precondition(columns.count == picks.pieceCount && !columns.isEmpty, "the picks are for other columns")
        for (column, piece) in zip(columns, picks.pieces) { piece.rows.withUnsafeBufferPointer { checkPositions($0, column.count) } }
        return picked(unchecked: columns, picks)
    }

    fileprivate static func picked(unchecked columns: [Column], _ picks: RowPicks) -> Column {
        let type = columns[0].type
        // One piece is in order already.
        if columns.count == 1 { return columns[0].gather(picks.pieces[0].rows) }
        precondition(columns.allSatisfy { $0.type == type }, "columns of different types cannot be put together")
        return Column(type, .picked(columns, picks), validity: type == .null ? nil : pickedValidity(columns, picks))
    }

    private static func pickedValidity(_ columns: [Column], _ picks: RowPicks) -> Bitmap? {
        guard columns.contains(where: { $0.validity != nil }) else { return nil }
        var bits = Bitmap(repeating: true, count: picks.count)
        for (column, piece) in zip(columns, picks.pieces) {
            guard let validity = column.validity else { continue }
            for (row, target) in zip(piece.rows, piece.targets) where !validity[Int(row)] { bits[Int(target)] = false }
        }
        return bits
    }
}

extension Column.Storage {
    /// - Parameter picks: rows that are all within their columns.
    fileprivate static func picked(_ columns: [Column], _ picks: RowPicks) -> Self {
        switch columns[0].storage {
        case .null: return .null(picks.count)
        case .boolean:
            var bits = Bitmap(repeating: false, count: picks.count)
            for (column, piece) in zip(columns, picks.pieces) {
                guard case .boolean(let values) = column.storage else { preconditionFailure("storages of one type differ") }
                for (row, target) in zip(piece.rows, piece.targets) where values[Int(row)] { bits[Int(target)] = true }
            }
            return .boolean(bits)
        case .int8: return .int8(scattered(columns, picks) { if case .int8(let values) = $0 { values } else { nil } })
        case .int16: return .int16(scattered(columns, picks) { if case .int16(let values) = $0 { values } else { nil } })
        case .int32: return .int32(scattered(columns, picks) { if case .int32(let values) = $0 { values } else { nil } })
        case .int64: return .int64(scattered(columns, picks) { if case .int64(let values) = $0 { values } else { nil } })
        case .float32: return .float32(scattered(columns, picks) { if case .float32(let values) = $0 { values } else { nil } })
        case .float64: return .float64(scattered(columns, picks) { if case .float64(let values) = $0 { values } else { nil } })
        case .decimal: return .decimal(scattered(columns, picks) { if case .decimal(let values) = $0 { values } else { nil } })
        case .bytes, .dictionary: return pickedTexts(columns, picks)
        case .structure(let members, _):
            let picked = members.indices.map { member in
                Column.picked(
                    unchecked: columns.map { if case .structure(let part, _) = $0.storage { part[member] } else { members[member] } }, picks
                )
            }
            return .structure(picked, count: picks.count)
        case .list, .map, .choice: return pickedWhole(columns, picks)
        }
    }

    /// Codes where all columns share a dictionary, plain rows otherwise.
    private static func pickedTexts(_ columns: [Column], _ picks: RowPicks) -> Self {
        if case .dictionary(_, let values) = columns[0].storage {
            let isShared = columns.allSatisfy {
                if case .dictionary(_, let other) = $0.storage { other.isIdentical(to: values) } else { false }
            }
            if isShared {
                return .encoded(scattered(columns, picks) { if case .dictionary(let codes, _) = $0 { codes } else { nil } }, values)
            }
        }
        return .bytes(
            ByteRows.picked(columns.map { if case .bytes(let rows) = $0.flattened.storage { rows } else { ByteRows() } }, picks))
    }

    /// Takes each piece's rows, joins these, and brings them into order.
    private static func pickedWhole(_ columns: [Column], _ picks: RowPicks) -> Self {
        var positions = [Int32](repeating: 0, count: picks.count)
        var taken: Int32 = 0
        for target in picks.pieces.lazy.flatMap(\.targets) {
            positions[Int(target)] = taken
            taken += 1
        }
        return Column.concatenated(zip(columns, picks.pieces).map { $0.gather($1.rows) }).gather(positions).storage
    }
}

/// Each piece's values at their targets.
private func scattered<Element: BitwiseCopyable>(
    _ columns: [Column], _ picks: RowPicks, _ values: (Column.Storage) -> [Element]?
) -> [Element] {
    [Element](unsafeUninitializedCapacity: picks.count) { target, count in
        for (column, piece) in zip(columns, picks.pieces) {
            guard let source = values(column.storage) else { preconditionFailure("storages of one type differ") }
            piece.targets.withUnsafeBufferPointer { targets in
                piece.rows.withUnsafeBufferPointer { rows in
                    source.withUnsafeBufferPointer { source in
                        for index in 0..<rows.count { target.initializeElement(at: Int(targets[index]), to: source[Int(rows[index])]) }
                    }
                }
            }
        }
        count = picks.count
    }
}
