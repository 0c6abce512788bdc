import SluiceCore
import SluicePipelines

/// Finds for points the nearest row of a key.
protocol AsOfSearch: Sendable {
    var byteCount: Int { get }

    /// For each row of the input the row of the table, -1 where there is none.
    ///
    /// - Parameter numbers: the key of each row, or -1.
    func nearest(_ points: Column, _ numbers: [Int32]) -> [Int32]

    /// Of two candidates for each row the better one: true for the second. A null is no candidate.
    ///
    /// - Parameter isLater: whether the second one stands behind the first in the table.
    static func replaced(_ asOf: AsOfMatch, _ points: Column, _ first: Column, by second: Column, isLater: (Int) -> Bool) -> [Bool]
}

/// The rows of each key by their points.
struct AsOfIndex<Point: AsOfPoint>: AsOfSearch {
    private let direction: AsOfMatch.Direction
    private let tolerance: Point.Distance?
    /// Key `k` has the rows `rows[starts[k] ..< starts[k + 1]]` at `points[…]`, ascending; those at one point in the table's order.
    private let starts: [Int32]
    private let rows: [Int32]
    private let points: [Point]

    /// - Parameters:
    ///   - points: of the table's rows.
    ///   - starts: where the rows of each key begin in `rows`.
    ///   - rows: of each key in the table's order.
    fileprivate init(_ asOf: AsOfMatch, _ points: [Point], _ starts: [Int32], _ rows: [Int32]) {
        direction = asOf.direction
        tolerance = asOf.tolerance.map { Point.distance($0) }
        self.starts = starts
        var rows = rows
        for key in 0..<(starts.count - 1) {
            let range = Int(starts[key])..<Int(starts[key + 1])
            var isSorted = true
            for index in range.dropFirst() where points[Int(rows[index])] < points[Int(rows[index - 1])] { isSorted = false }
            if isSorted { continue }
            rows[range].sort { a, b in
                let (x, y) = (points[Int(a)], points[Int(b)])
                return x == y ? a < b : x < y
            }
        }
        self.rows = rows
        self.points = rows.map { points[Int($0)] }
    }

    var byteCount: Int { 4 * (starts.count + rows.count) + points.count * MemoryLayout<Point>.stride }

    func nearest(_ points: Column, _ numbers: [Int32]) -> [Int32] {
        let wanted = Point.values(of: points)
        return numbers.indices.map { row in
            guard numbers[row] >= 0 else { return -1 }
            let key = Int(numbers[row])
            return nearest(wanted[row], Int(starts[key])..<Int(starts[key + 1])).map { rows[$0] } ?? -1
        }
    }

    private func nearest(_ point: Point, _ range: Range<Int>) -> Int? {
        let after: Int
        let before: Int
        switch direction {
        case .backward: (before, after) = (firstIndex(in: range) { point < $0 } - 1, range.upperBound)
        case .forward: (before, after) = (range.lowerBound - 1, firstIndex(in: range) { $0 >= point })
        case .nearest:
            let next = firstIndex(in: range) { point < $0 }
            (before, after) = (next - 1, next)
        }
        var found: Int?
        if before >= range.lowerBound { found = before }
        if after < range.upperBound {
            let isNearer = found.map { points[after].distance(to: point) < points[$0].distance(to: point) } ?? true
            if isNearer { found = after }
        }
        guard let found, let tolerance else { return found }
        return points[found].distance(to: point) <= tolerance ? found : nil
    }

    /// The first place whose point fulfils what all behind it fulfil, too; the end of the range where none does.
    private func firstIndex(in range: Range<Int>, where isBehind: (Point) -> Bool) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(points[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    static func replaced(_ asOf: AsOfMatch, _ points: Column, _ first: Column, by second: Column, isLater: (Int) -> Bool) -> [Bool] {
        let (wanted, a, b) = (Point.values(of: points), Point.values(of: first), Point.values(of: second))
        return wanted.indices.map { row in
            if second.isNull(row) { return false }
            if first.isNull(row) { return true }
            if a[row] == b[row] {
                // Of the rows at one point the last one before the wanted point, the first one behind it.
                let takesLast = asOf.direction == .backward || (asOf.direction == .nearest && b[row] <= wanted[row])
                return isLater(row) == takesLast
            }
            if max(a[row], b[row]) <= wanted[row] { return a[row] < b[row] }
            if min(a[row], b[row]) >= wanted[row] { return b[row] < a[row] }
            let (x, y) = (a[row].distance(to: wanted[row]), b[row].distance(to: wanted[row]))
            return x == y ? b[row] < a[row] : y < x
        }
    }
}

extension AsOfIndex where Point == Int64 {
    /// The index for the type of a column.
    static func make(_ asOf: AsOfMatch, points: Column, _ starts: [Int32], _ rows: [Int32]) -> any AsOfSearch {
        func index<Other: AsOfPoint>(_ type: Other.Type) -> any AsOfSearch {
            AsOfIndex<Other>(asOf, Other.values(of: points), starts, rows)
        }
        return switch points.type {
        case .float32, .float64: index(Double.self)
        case .decimal: index(Int128.self)
        default: index(Int64.self)
        }
    }
}
