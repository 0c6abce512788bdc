import SluiceCore

/// An expression that reads one text column: where that comes as a dictionary, it is evaluated once for each value and spread by code.
///
/// Values that no active row has may fail without consequence.
struct DictionaryNode: BoundNode {
    let inner: any BoundNode
    /// Position of the column.
    let column: Int
    var type: DataType { inner.type }
    var isNullable: Bool { inner.isNullable }
    var children: [any BoundNode] { [inner] }

    /// The node with this short cut where it can have one: it reads one column, a text or binary, and is more than the column.
    static func wrapping(_ node: any BoundNode) -> any BoundNode {
        guard !node.children.isEmpty, let column = soleColumn(node), [.string, .binary].contains(column.type) else { return node }
        return DictionaryNode(inner: node, column: column.index)
    }

    /// The only column that a node reads; nil where it reads none, several, or the parameter of a lambda around.
    private static func soleColumn(_ node: any BoundNode) -> ColumnNode? {
        switch node {
        case let column as ColumnNode: return column
        case is ParameterNode: return nil
        case let dictionary as DictionaryNode: return soleColumn(dictionary.inner)
        default:
            var found: ColumnNode?
            for child in node.children where !(child is ConstantNode) {
                guard let column = soleColumn(child), found == nil || found?.index == column.index else { return nil }
                found = column
            }
            return found
        }
    }

    func evaluate(_ frame: Frame) -> Vector {
        guard let spread = spread(frame) else { return inner.evaluate(frame) }
        return Vector(column: spread.values.column.gather(spread.places), errors: spread.errors)
    }

    /// As `evaluate`, but a text result stays encoded: for results that leave the expression.
    func evaluateEncoded(_ frame: Frame) -> Vector {
        guard let spread = spread(frame) else { return inner.evaluate(frame) }
        guard case .bytes(let rows) = spread.values.column.storage else {
            return Vector(column: spread.values.column.gather(spread.places), errors: spread.errors)
        }
        let validity = spread.values.column.validity?.gather(spread.places)
        let column = Column(type, .dictionary(codes: spread.places, values: rows), validity: validity)
        return Vector(column: column, errors: spread.errors)
    }

    /// The results for the dictionary's values, for each row of the frame the place of its result, and the rows that fail; nil where the
    /// column is no dictionary, none that saves work, or one of which the rows' results would take more than the budget has.
    private func spread(_ frame: Frame) -> (values: Vector, places: [Int32], errors: RowErrors)? {
        let column = frame.column(column)
        guard case .dictionary(let codes, let values) = column.storage, values.count < frame.rowCount else { return nil }
        var distinct = Column(column.type, .bytes(values))
        var places = codes
        if let validity = column.validity {
            // One place more stands for null.
            distinct = .concatenated([distinct, .nulls(column.type, count: 1)])
            (~validity).forEachSet { places[$0] = Int32(truncatingIfNeeded: values.count) }
        }
        // The column is the only one that is read, so it may stand at all positions.
        var valueFrame = Frame(columns: [Column](repeating: distinct, count: self.column + 1), rowCount: distinct.count)
        valueFrame.wantsMessages = frame.wantsMessages
        valueFrame.budget = frame.budget
        var result = inner.evaluate(valueFrame)
        result.column = result.spread(distinct.count)
        guard frame.budget.allows(result.column, places, madeOf: distinct) else { return nil }
        var failures = frame.failures
        if !result.errors.isEmpty {
            for (row, place) in places.enumerated() {
                if let error = result.errors[Int(place)] { failures.add(row, error) }
            }
        }
        return (result, places, failures.errors)
    }
}

extension TextBudget {
    /// Whether the texts at `places` may be made of those of another column, which then count.
    fileprivate func allows(_ column: Column, _ places: [Int32], madeOf source: Column) -> Bool {
        guard case .bytes(let rows) = column.storage, case .bytes(let sources) = source.storage, rows.data.count > sources.data.count else {
            return true
        }
        let growth = places.reduce(0) { $0 + rows.length(Int($1)) - sources.length(Int($1)) }
        guard growth <= left else { return false }
        spend(growth)
        return true
    }
}
