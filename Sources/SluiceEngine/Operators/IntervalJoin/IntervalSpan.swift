import SluiceCore

/// Rows of one side of a join within a time that happened in one span of it, by their keys. Rows are numbered from 0 as they came.
///
/// Pieces are put together as they come so that there are few of them, and each row is copied a few times only.
final class IntervalSpan {
    /// There may be many spans with few keys each.
    private let keys = ByteKeyTable(slots: 8)
    /// The first and the last row of each key.
    private var firsts: [Int32] = []
    private var lasts: [Int32] = []
    /// The next row of the same key; -1: none.
    private var nexts: [Int32] = []
    private(set) var times: [Int64] = []
    /// Rows that have found another.
    private(set) var isMatched: [Bool] = []
    private(set) var pieces: [Batch] = []
    /// The number of each piece's first row.
    private var starts: [Int] = []

    var rowCount: Int { times.count }
    /// With the number of each one's first row.
    var numberedPieces: [(piece: Batch, start: Int)] { zip(pieces, starts).map { ($0, $1) } }
    var byteCount: Int { keys.byteCount + firsts.capacity * 8 + times.capacity * 13 + pieces.reduce(0) { $0 + $1.byteCount } }

    /// - Parameters:
    ///   - keys: One a row, of `HashKeyEncoder`.
    ///   - isMatched: Whether the row has found another.
    func add(_ rows: Batch, _ keys: ByteRows, _ times: [Int64], isMatched: [Bool]) {
        let start = rowCount
        for row in times.indices {
            let number = Int32(truncatingIfNeeded: start + row)
            keys.withRow(row) { key in
                let hash = KeyHash.hash(key, seed: KeyHash.seed)
                if let known = self.keys.number(of: key, hash) {
                    nexts[Int(lasts[Int(known)])] = number
                    lasts[Int(known)] = number
                } else {
                    self.keys.add(key, hash)
                    firsts.append(number)
                    lasts.append(number)
                }
            }
            nexts.append(-1)
        }
        self.times += times
        self.isMatched += isMatched
        pieces.append(rows)
        starts.append(start)
        while pieces.count > 1, pieces[pieces.count - 2].rowCount < 2 * pieces[pieces.count - 1].rowCount {
            let last = pieces.removeLast()
            starts.removeLast()
            pieces[pieces.count - 1] = .concatenated([pieces[pieces.count - 1], last], schema: last.schema)
        }
    }

    /// The rows of a key within a range of times, as they came.
    func forEach(_ key: UnsafeBufferPointer<UInt8>, _ hash: UInt64, in range: ClosedRange<Int64>, _ body: (Int32) -> Void) {
        guard let number = keys.number(of: key, hash) else { return }
        var row = firsts[Int(number)]
        while row >= 0 {
            if range.contains(times[Int(row)]) { body(row) }
            row = nexts[Int(row)]
        }
    }

    /// - Returns: Whether it was none before.
    func mark(_ row: Int32) -> Bool {
        defer { isMatched[Int(row)] = true }
        return !isMatched[Int(row)]
    }

    /// The piece of a row, and the row's place in it.
    func place(of row: Int32) -> (piece: Int, row: Int32) {
        var (low, high) = (0, starts.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if starts[middle] <= Int(row) { low = middle } else { high = middle - 1 }
        }
        return (low, row - Int32(truncatingIfNeeded: starts[low]))
    }
}

/// Rows of spans that have found others, noted by a task while others read the spans, too.
struct SpanMarks {
    private var bySpan: [ObjectIdentifier: (span: IntervalSpan, isMarked: [Bool])] = [:]

    mutating func mark(_ row: Int32, of span: IntervalSpan) {
        let none = (span: span, isMarked: [Bool](repeating: false, count: span.rowCount))
        bySpan[ObjectIdentifier(span), default: none].isMarked[Int(row)] = true
    }

    /// Marks the rows, when nobody reads the spans.
    func apply() {
        for (span, isMarked) in bySpan.values {
            for row in isMarked.indices where isMarked[row] { _ = span.mark(Int32(truncatingIfNeeded: row)) }
        }
    }
}

/// A row that belongs to a row of the other side; without a span: none does.
struct IntervalPair {
    var span: IntervalSpan?
    var row: Int32
}

extension [IntervalPair] {
    /// The columns at some positions, one row for each pair.
    ///
    /// - Parameter schema: Of the kept rows without their first column, the time.
    func columns(_ positions: [Int], of schema: Schema) -> [Column] {
        if positions.isEmpty { return [] }
        var picks = RowPicks()
        var pieces: [Batch?] = []
        var known: [PieceName: Int] = [:]
        for pair in self {
            let place = pair.span?.place(of: pair.row)
            let name = PieceName(span: pair.span.map { ObjectIdentifier($0) }, piece: place?.piece ?? 0)
            let number: Int
            if let found = known[name] {
                number = found
            } else {
                number = picks.addPiece()
                known[name] = number
                pieces.append(pair.span?.pieces[name.piece])
            }
            picks.append(row: place?.row ?? 0, of: number)
        }
        return positions.map { position in
            Column.picked(pieces.map { $0?.columns[position + 1] ?? .nulls(schema.fields[position].type, count: 1) }, picks)
        }
    }
}

/// A piece of a span; no span: the row of nulls.
private struct PieceName: Hashable {
    var span: ObjectIdentifier?
    var piece: Int
}
