import SluiceCore

/// Unions, sparse and dense, as choices. Rows of an alternative of type null are null.
enum UnionReader {
    static func column(_ node: ArrowNode, _ buffers: ArrowBuffers, _ codes: [Int], isDense: Bool) throws(SluiceError) -> Column {
        try buffers.require(buffers: isDense ? 2 : 1)
        let children = try children(node, buffers, codes)
        var alternatives: [Column] = []
        /// The alternative of each child; nil for one of type null.
        var places: [Int?] = []
        for (index, child) in node.children.enumerated() {
            guard child.type != .null else {
                places.append(nil)
                continue
            }
            places.append(alternatives.count)
            let array = try buffers.child(index)
            if isDense {
                let column = try ArrowReader.column(child, array, path: buffers.path)
                alternatives.append(try spread(column, index, children, buffers))
            } else {
                alternatives.append(
                    try ArrowReader.column(child, array, start: buffers.start, count: buffers.count, path: buffers.path))
            }
        }
        let known = Bitmap(children.lazy.map { places[$0] != nil })
        let tags = children.map { UInt8(places[$0] ?? 0) }
        let column = alternatives.count == 1 ? alternatives[0] : .choice(tags: tags, alternatives: alternatives)
        return Column(column.type, column.storage, validity: column.validity.map { $0 & known } ?? known)
    }

    /// The child that each row is of.
    private static func children(_ node: ArrowNode, _ buffers: ArrowBuffers, _ codes: [Int]) throws(SluiceError) -> [Int] {
        var childOfCode = [Int](repeating: -1, count: 128)
        for (child, code) in codes.enumerated() { childOfCode[code] = child }
        var result: [Int] = []
        result.reserveCapacity(buffers.count)
        for (row, code) in try buffers.values(0, of: Int8.self).enumerated() {
            guard code >= 0, childOfCode[Int(code)] >= 0 else {
                throw ArrowNode.broken(buffers.path, "type code \(code) of row \(row) is none of the union's")
            }
            result.append(childOfCode[Int(code)])
        }
        return result
    }

    /// A child of a dense union with one row for each row of the union.
    private static func spread(_ column: Column, _ child: Int, _ children: [Int], _ buffers: ArrowBuffers) throws(SluiceError) -> Column {
        var positions = [Int32](repeating: -1, count: children.count)
        for (row, offset) in try buffers.values(1, of: Int32.self).enumerated() where children[row] == child {
            guard offset >= 0, offset < column.count else {
                throw ArrowNode.broken(buffers.path, "offset \(offset) of row \(row) is not below \(column.count)")
            }
            positions[row] = offset
        }
        return column.gatherOrNull(positions)
    }
}
