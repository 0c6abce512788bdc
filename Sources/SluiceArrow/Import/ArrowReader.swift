import CArrow
import SluiceCore

/// Copies arrays of another program into columns.
enum ArrowReader {
    /// The rows `start ..< start + count` of an array, counted from its own first; all of them where `count` is nil.
    static func column(
        _ node: ArrowNode, _ array: UnsafePointer<ArrowArray>, start: Int = 0, count: Int? = nil, path: String = ""
    ) throws(SluiceError) -> Column {
        let path = path.isEmpty ? node.name : node.name.isEmpty ? path : "\(path).\(node.name)"
        let buffers = try ArrowBuffers(array, start: start, count: count, path: path)
        if !node.dictionary.isEmpty { return try DictionaryReader.column(node, buffers) }
        switch node.format {
        case .null: return Column(.null, .null(buffers.count))
        case .boolean:
            try buffers.require(buffers: 2)
            return Column(.boolean, .boolean(try buffers.bits(1)), validity: try buffers.validity())
        case .signed, .unsigned, .half, .float, .double, .dateDays, .dateMillis, .timestamp, .decimal:
            try buffers.require(buffers: 2)
            let validity = try buffers.validity()
            return Column(node.type, try NumberReader.storage(node, buffers, validity), validity: validity)
        case .bytes, .byteViews, .fixedBinary: return try TextReader.column(node, buffers)
        case .list(let isLarge):
            try buffers.require(buffers: 2)
            let (first, offsets) = try buffers.offsets(1, isLarge: isLarge)
            let total = Int(offsets[offsets.count - 1])
            let values = try column(node.children[0], try buffers.child(0), start: first, count: total, path: path)
            return Column(node.type, .list(offsets: offsets, values: values), validity: try buffers.validity())
        case .fixedList(let width):
            try buffers.require(buffers: 1)
            return try fixedLists(node, buffers, width)
        case .map:
            try buffers.require(buffers: 2)
            return try maps(node, buffers)
        case .structure:
            try buffers.require(buffers: 1)
            var members: [Column] = []
            for (index, child) in node.children.enumerated() {
                members.append(try column(child, try buffers.child(index), start: buffers.start, count: buffers.count, path: path))
            }
            return Column(node.type, .structure(members, count: buffers.count), validity: try buffers.validity())
        case .union(let codes, let isDense): return try UnionReader.column(node, buffers, codes, isDense: isDense)
        }
    }

    private static func fixedLists(_ node: ArrowNode, _ buffers: ArrowBuffers, _ width: Int) throws(SluiceError) -> Column {
        let (total, isTooMany) = buffers.count.multipliedReportingOverflow(by: width)
        let (first, isTooFar) = buffers.start.multipliedReportingOverflow(by: width)
        guard !isTooMany, !isTooFar, total <= ArrowLimits.rows else {
            throw SluiceError(.limitExceeded, "the lists of \(ArrowNode.shown(buffers.path)) have more than \(ArrowLimits.rows) elements")
        }
        let values = try column(node.children[0], try buffers.child(0), start: first, count: total, path: buffers.path)
        let offsets = (0...buffers.count).map { Int32($0 * width) }
        return Column(node.type, .list(offsets: offsets, values: values), validity: try buffers.validity())
    }

    private static func maps(_ node: ArrowNode, _ buffers: ArrowBuffers) throws(SluiceError) -> Column {
        let (first, offsets) = try buffers.offsets(1, isLarge: false)
        let total = Int(offsets[offsets.count - 1])
        let entries = try column(node.children[0], try buffers.child(0), start: first, count: total, path: buffers.path)
        guard case .structure(let members, _) = entries.storage, entries.nullCount == 0, members[0].nullCount == 0 else {
            throw ArrowNode.broken(buffers.path, "an entry or a key of a map is null")
        }
        return Column(node.type, .map(offsets: offsets, keys: members[0], values: members[1]), validity: try buffers.validity())
    }
}
