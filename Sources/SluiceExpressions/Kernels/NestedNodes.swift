import SluiceCore

/// Nodes that take lists and structs apart and put lists together.
enum NestedNodes {
    static func member(_ node: any BoundNode, _ index: Int, _ field: Field) -> any BoundNode {
        var member = KernelNode(field.type, [node], makesNull: field.isNullable) { input, _ in
            input[0].spread(input.rowCount).members[index]
        }
        member.part = .member(index)
        return member
    }

    /// Element by position: 1 is the first, -1 the last; null where there is none.
    static func element(_ list: any BoundNode, _ index: any BoundNode, _ element: DataType) -> any BoundNode {
        var node = KernelNode(element, [list, index], makesNull: true) { input, _ in
            let indices = input.integers(1)
            let (offsets, values) = input[0].column.lists
            let stride = input[0].stride
            let positions = (0..<input.rowCount).map { row -> Int32 in
                guard input.isValid(row) else { return -1 }
                let start = Int(offsets[row &* stride])
                let length = Int(offsets[row &* stride + 1]) - start
                let index = indices[row]
                let place = index > 0 ? index - 1 : Int64(length) &+ index
                return index != 0 && place >= 0 && place < length ? Int32(start + Int(place)) : -1
            }
            return values.count == 0 ? .nulls(element, count: input.rowCount) : values.gatherOrNull(positions)
        }
        node.part = .element
        return node
    }

    /// A list of one element a node, in each row.
    static func list(of type: DataType, _ nodes: [any BoundNode]) -> any BoundNode {
        if nodes.isEmpty { return ConstantNode(value: Column(.list(.null), .list(offsets: [0, 0], values: .nulls(.null, count: 0)))) }
        return KernelNode(.list(type), nodes, propagatesNull: false) { input, _ in
            let (width, count) = (input.arguments.count, input.rowCount)
            let all = Column.concatenated(input.arguments.map { $0.spread(count) })
            let positions = (0..<(count * width)).map { Int32($0 % width * count + $0 / width) }
            return Column(.list(type), .list(offsets: (0...count).map { Int32($0 * width) }, values: all.gather(positions)))
        }
    }

    /// The elements of both lists.
    static func joinedLists(_ type: DataType, _ a: any BoundNode, _ b: any BoundNode) -> any BoundNode {
        KernelNode(type, [a, b]) { input, _ in
            let (left, right) = (input[0].column.lists, input[1].column.lists)
            let base = Int32(left.values.count)
            var positions: [Int32] = []
            var offsets: [Int32] = [0]
            for row in 0..<input.rowCount {
                if input.isValid(row) {
                    let (i, j) = (row &* input[0].stride, row &* input[1].stride)
                    positions.append(contentsOf: left.offsets[i]..<left.offsets[i + 1])
                    for position in right.offsets[j]..<right.offsets[j + 1] { positions.append(base + position) }
                }
                offsets.append(Int32(positions.count))
            }
            return Column(type, .list(offsets: offsets, values: Column.concatenated([left.values, right.values]).gather(positions)))
        }
    }
}
