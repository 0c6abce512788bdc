import SluiceCore

extension ColumnBound {
    /// What holds for rows for which one of several lists of bounds holds: for each column that all lists speak of, the values that may be
    /// there, or the range that has all of them.
    static func alternatives(_ lists: [[ColumnBound]]) -> [ColumnBound] {
        guard let first = lists.first else { return [] }
        var seen: Set<String> = []
        let columns = first.map(\.column).filter { seen.insert($0).inserted }
        return columns.flatMap { column in
            let spans = lists.map { list in BoundSpan(list.filter { $0.column == column }.map(\.relation)) }
            return BoundSpan.union(spans).map { ColumnBound(column, $0) }
        }
    }
}

/// Values that a column may have: listed, or between two ends.
private struct BoundSpan {
    typealias End = (value: Value, isIncluded: Bool)

    private var values: [Value]?
    private var lower: End?
    private var upper: End?

    /// - Parameter relations: All of them hold; the span may have more values than fulfil them.
    init(_ relations: [ColumnBound.Relation]) {
        for relation in relations {
            switch relation {
            case .isIn(let list): values = list
            case .greater(let value): lower = (value, false)
            case .greaterOrEqual(let value): lower = (value, true)
            case .less(let value): upper = (value, false)
            case .lessOrEqual(let value): upper = (value, true)
            case .isNull, .isNotNull: break
            }
        }
    }

    static func union(_ spans: [BoundSpan]) -> [ColumnBound.Relation] {
        let lists = spans.compactMap(\.values)
        if lists.count == spans.count { return [.isIn(lists.flatMap(\.self))] }
        let lowers = spans.compactMap(\.least), uppers = spans.compactMap(\.greatest)
        var relations: [ColumnBound.Relation] = []
        if lowers.count == spans.count, let end = outermost(lowers, isLeast: true) {
            relations.append(end.isIncluded ? .greaterOrEqual(end.value) : .greater(end.value))
        }
        if uppers.count == spans.count, let end = outermost(uppers, isLeast: false) {
            relations.append(end.isIncluded ? .lessOrEqual(end.value) : .less(end.value))
        }
        return relations
    }

    private var least: End? { values.map { Self.outermost($0.map { ($0, true) }, isLeast: true) } ?? lower }
    private var greatest: End? { values.map { Self.outermost($0.map { ($0, true) }, isLeast: false) } ?? upper }

    /// Nil where values have no order.
    private static func outermost(_ ends: [End], isLeast: Bool) -> End? {
        guard var best = ends.first else { return nil }
        for end in ends.dropFirst() {
            guard let order = order(end.value, best.value) else { return nil }
            if order == 0 { best.isIncluded = best.isIncluded || end.isIncluded }
            if isLeast ? order < 0 : order > 0 { best = end }
        }
        return best
    }

    private static func order(_ left: Value, _ right: Value) -> Int? {
        func sign<T: Comparable>(_ x: T, _ y: T) -> Int { x < y ? -1 : x > y ? 1 : 0 }
        switch (left, right) {
        case (.integer(let x), .integer(let y)): return sign(x, y)
        case (.date(let x), .date(let y)): return sign(x, y)
        case (.timestamp(let x, _), .timestamp(let y, _)): return sign(x, y)
        case (.decimal(let x, let a), .decimal(let y, let b)) where a == b: return sign(x, y)
        case (.float(let x), .float(let y)) where !x.isNaN && !y.isNaN: return sign(x, y)
        case (.string(let x), .string(let y)):
            return x.utf8.lexicographicallyPrecedes(y.utf8) ? -1 : y.utf8.lexicographicallyPrecedes(x.utf8) ? 1 : 0
        default: return nil
        }
    }
}
