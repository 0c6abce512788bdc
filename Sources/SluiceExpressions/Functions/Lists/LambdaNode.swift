import SluiceCore

/// A lambda over the elements of lists: the body is evaluated for the elements of all rows at once.
struct LambdaNode: BoundNode {
    enum Purpose: Sendable {
        /// The list of the body's values.
        case transform
        /// The elements for which the body is true.
        case filter
    }

    let purpose: Purpose
    let list: any BoundNode
    let body: any BoundNode
    let type: DataType
    var isNullable: Bool { list.isNullable }
    var children: [any BoundNode] { [list, body] }

    init(_ purpose: Purpose, _ list: any BoundNode, _ body: any BoundNode) {
        self.purpose = purpose
        self.list = list
        self.body = body
        type = purpose == .transform ? .list(body.type) : list.type
    }

    func evaluate(_ frame: Frame) -> Vector {
        let source = list.evaluate(frame)
        var failures = frame.failures
        failures.merge(source.errors)
        let elements = source.column.lists.values.count * (source.isConstant ? frame.rowCount : 1)
        guard elements <= ExpressionLimits.lambdaElements else {
            frame.activeRows.forEachSet {
                failures.add(
                    $0, .limitExceeded,
                    "the lists of one batch have \(elements) elements, over the limit of \(ExpressionLimits.lambdaElements)")
            }
            return Vector(column: .nulls(type, count: frame.rowCount), errors: failures.errors)
        }
        let lists = source.spread(frame.rowCount)
        let (offsets, values) = lists.lists
        let parents = parentRows(offsets)
        var inner = Frame(elements: values, of: frame, parents: parents)
        if let valid = lists.validity { inner = inner.limited(to: valid.gather(parents)) }
        let result = body.evaluate(inner)
        var nested = failures.nested
        nested.merge(result.errors)
        failures.addNested(nested, parents: parents)
        let storage: Column.Storage
        switch purpose {
        case .transform: storage = .list(offsets: offsets, values: result.spread(values.count))
        case .filter:
            let kept = result.trueRows(values.count).setPositions
            var newOffsets: [Int32] = [0]
            var index = 0
            for end in offsets.dropFirst() {
                while index < kept.count, kept[index] < end { index += 1 }
                newOffsets.append(Int32(index))
            }
            storage = .list(offsets: newOffsets, values: values.gather(kept))
        }
        return Vector(column: Column(type, storage, validity: lists.validity).nulling(failures.errors), errors: failures.errors)
    }
}
