import SluiceCore

/// AND or OR of two or more conditions, in three-valued logic, from left to right.
///
/// A condition is only asked for the rows that those before it left open, so its failures in other rows do not count.
struct LogicNode: BoundNode {
    let isAnd: Bool
    let operands: [any BoundNode]
    var type: DataType { .boolean }
    var isNullable: Bool { operands.contains { $0.isNullable } }
    var children: [any BoundNode] { operands }

    func evaluate(_ frame: Frame) -> Vector {
        let count = frame.rowCount
        var failures = frame.failures
        // Rows that one operand decided alone (false for AND, true for OR), and rows that have met a null.
        var decided = Bitmap(repeating: false, count: count)
        var unknown = Bitmap(repeating: false, count: count)
        var open = frame.activeRows
        for (place, operand) in operands.enumerated() {
            let vector = operand.evaluate(place == 0 ? frame : frame.limited(to: open))
            decided = decided | (isAnd ? vector.falseRows(count) : vector.trueRows(count))
            if let valid = vector.validity(count) { unknown = unknown | ~valid }
            failures.merge(vector.errors)
            open = open & ~decided
            for row in vector.errors.byRow.keys { open[row] = false }
            if open.noneSet { break }
        }
        let column = Column.booleans(isAnd ? ~decided & ~unknown : decided, validity: decided | ~unknown)
        return Vector(column: column.nulling(failures.errors), errors: failures.errors)
    }
}

/// CASE and IF: the result of the first condition that is true, or where a value is tested, of the first condition that equals it.
struct CaseNode: BoundNode {
    let type: DataType
    /// The value that `CASE value WHEN …` compares; it is evaluated once.
    let tested: (any BoundNode)?
    let branches: [(condition: any BoundNode, result: any BoundNode)]
    let otherwise: any BoundNode
    var isNullable: Bool { otherwise.isNullable || branches.contains { $0.result.isNullable } }
    var children: [any BoundNode] { (tested.map { [$0] } ?? []) + branches.flatMap { [$0.condition, $0.result] } + [otherwise] }

    func evaluate(_ frame: Frame) -> Vector {
        let count = frame.rowCount
        var chooser = Chooser(type, rowCount: count)
        var failures = frame.failures
        var open = frame.activeRows
        let tested = self.tested?.evaluate(frame)
        if let tested {
            failures.merge(tested.errors)
            for row in tested.errors.byRow.keys { open[row] = false }
        }
        for branch in branches {
            if open.noneSet { break }
            let condition = branch.condition.evaluate(frame.limited(to: open))
            failures.merge(condition.errors)
            let taken = open & (tested.map { LogicNodes.equalRows($0, condition, count) } ?? condition.trueRows(count))
            open = open & ~taken
            for row in condition.errors.byRow.keys { open[row] = false }
            if taken.noneSet { continue }
            let result = branch.result.evaluate(frame.limited(to: taken))
            failures.merge(result.errors)
            chooser.choose(result, for: taken)
        }
        if !open.noneSet {
            let result = otherwise.evaluate(frame.limited(to: open))
            failures.merge(result.errors)
            chooser.choose(result, for: open)
        }
        return Vector(column: chooser.finish().nulling(failures.errors), errors: failures.errors)
    }
}

/// COALESCE: the first argument that is not null; those behind it are not asked.
struct CoalesceNode: BoundNode {
    let type: DataType
    let arguments: [any BoundNode]
    var isNullable: Bool { arguments.allSatisfy { $0.isNullable } }
    var children: [any BoundNode] { arguments }

    func evaluate(_ frame: Frame) -> Vector {
        let count = frame.rowCount
        var chooser = Chooser(type, rowCount: count)
        var failures = frame.failures
        var open = frame.activeRows
        for (place, argument) in arguments.enumerated() {
            if open.noneSet { break }
            let vector = argument.evaluate(frame.limited(to: open))
            if place == 0, vector.column.validity == nil, !vector.isConstant, vector.errors.isEmpty { return vector }
            failures.merge(vector.errors)
            let taken = vector.validity(count).map { open & $0 } ?? open
            chooser.choose(vector, for: taken)
            open = open & ~taken
            for row in vector.errors.byRow.keys { open[row] = false }
        }
        return Vector(column: chooser.finish().nulling(failures.errors), errors: failures.errors)
    }
}

/// TRY: null where its argument fails.
struct TryNode: BoundNode {
    let argument: any BoundNode
    var type: DataType { argument.type }
    var isNullable: Bool { true }
    var children: [any BoundNode] { [argument] }

    func evaluate(_ frame: Frame) -> Vector {
        var quiet = frame
        quiet.wantsMessages = false
        var result = argument.evaluate(quiet)
        result.errors = RowErrors()
        return result
    }
}

/// Puts a column together from rows of several.
struct Chooser {
    private let type: DataType
    private var parts: [Column] = []
    private var partRows: Int32 = 0
    /// Row in the parts after one another.
    private var positions: [Int32]
    /// Rows that were chosen; the others are null.
    private var chosen: Bitmap

    init(_ type: DataType, rowCount: Int) {
        self.type = type
        positions = [Int32](repeating: 0, count: rowCount)
        chosen = Bitmap(repeating: false, count: rowCount)
    }

    mutating func choose(_ vector: Vector, for rows: Bitmap) {
        let stride = Int32(vector.stride)
        let base = partRows
        positions.withUnsafeMutableBufferPointer { positions in
            rows.forEachSet { positions[$0] = base + Int32(truncatingIfNeeded: $0) * stride }
        }
        chosen = chosen | rows
        parts.append(vector.column)
        partRows += Int32(vector.column.count)
    }

    func finish() -> Column {
        guard !parts.isEmpty else { return .nulls(type, count: positions.count) }
        return Column.concatenated(parts).gather(positions).masked(chosen)
    }
}
