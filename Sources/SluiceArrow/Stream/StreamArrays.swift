import CArrow
import SluiceCore

/// Structures of the C data interface over the body of a message, whose buffers are checked to be as long as their rows need.
final class StreamArrays {
    private let body: UnsafeRawBufferPointer
    private var nodes: ArraySlice<(Int64, Int64)>
    private var buffers: ArraySlice<(Int64, Int64)>
    private var arrays: [UnsafeMutablePointer<ArrowArray>] = []
    private var pointerLists: [UnsafeMutablePointer<UnsafeRawPointer?>] = []
    private var childLists: [UnsafeMutablePointer<UnsafeMutablePointer<ArrowArray>?>] = []

    /// - Parameter header: A `RecordBatch` of the format's Message.fbs.
    init(_ header: FlatTable, _ body: UnsafeRawBufferPointer) throws(SluiceError) {
        self.body = body
        nodes = try header.pairs(1)[...]
        buffers = try header.pairs(2)[...]
        guard try !header.has(3) else {
            throw SluiceError(
                .unsupported, "batches of an Arrow stream are compressed", remedy: "let the program write them without compression")
        }
    }

    deinit {
        for array in arrays { array.deallocate() }
        for list in pointerLists { list.deallocate() }
        for list in childLists { list.deallocate() }
    }

    /// All columns as one struct.
    func whole(_ columns: [StreamField], rowCount: Int64) throws(SluiceError) -> UnsafeMutablePointer<ArrowArray> {
        guard (0...Int64(ArrowLimits.rows)).contains(rowCount) else { throw FlatTable.broken }
        return try array(columns, length: rowCount, nulls: 0, [nil])
    }

    private func array(
        _ children: [StreamField], length: Int64, nulls: Int64, _ pointers: [UnsafeRawPointer?]
    ) throws(SluiceError) -> UnsafeMutablePointer<ArrowArray> {
        let list = UnsafeMutablePointer<UnsafeMutablePointer<ArrowArray>?>.allocate(capacity: max(1, children.count))
        childLists.append(list)
        for (index, child) in children.enumerated() { (list + index).initialize(to: try array(child)) }
        let pointerList = UnsafeMutablePointer<UnsafeRawPointer?>.allocate(capacity: max(1, pointers.count))
        pointerLists.append(pointerList)
        for (index, pointer) in pointers.enumerated() { (pointerList + index).initialize(to: pointer) }
        let array = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
        arrays.append(array)
        array.initialize(
            to: ArrowArray(
                length: length, null_count: nulls, offset: 0, n_buffers: Int64(pointers.count), n_children: Int64(children.count),
                buffers: pointerList, children: list, dictionary: nil, release: { _ in }, private_data: nil))
        return array
    }

    private func array(_ field: StreamField) throws(SluiceError) -> UnsafeMutablePointer<ArrowArray> {
        guard let (length, nulls) = nodes.popFirst(), (0...Int64(ArrowLimits.rows)).contains(length), (0...length).contains(nulls),
            let format = ArrowFormat(field.format)
        else { throw FlatTable.broken }
        let rows = Int(length)
        var pointers: [UnsafeRawPointer?] = []
        switch format {
        case .null, .union: break
        default: pointers.append(try validity(rows, nulls))
        }
        switch format {
        case .null, .structure, .fixedList: break
        case .boolean: pointers.append(try buffer((rows + 7) / 8))
        case .signed(let bytes), .unsigned(let bytes): pointers.append(try buffer(rows * bytes))
        case .half: pointers.append(try buffer(rows * 2))
        case .float, .dateDays: pointers.append(try buffer(rows * 4))
        case .double, .dateMillis, .timestamp: pointers.append(try buffer(rows * 8))
        case .decimal(_, _, let bits): pointers.append(try buffer(rows * bits / 8))
        case .fixedBinary(let width):
            let (bytes, isTooMuch) = rows.multipliedReportingOverflow(by: width)
            if isTooMuch { throw FlatTable.broken }
            pointers.append(try buffer(bytes))
        case .bytes(_, let isLarge):
            let (offsets, end) = try offsets(rows, isLarge: isLarge)
            pointers.append(offsets)
            pointers.append(try buffer(end))
        case .list(let isLarge): pointers.append(try offsets(rows, isLarge: isLarge).pointer)
        case .map: pointers.append(try offsets(rows, isLarge: false).pointer)
        case .union(_, let isDense):
            pointers.append(try buffer(rows))
            if isDense { pointers.append(try buffer(rows * 4)) }
        case .byteViews:
            throw SluiceError(.typeError, "column \(field.name.quotedForMessage) of an Arrow stream has views of texts")
        }
        return try array(field.children, length: length, nulls: nulls, pointers)
    }

    /// The next buffer, of which so many bytes are used.
    private func buffer(_ byteCount: Int) throws(SluiceError) -> UnsafeRawPointer? {
        guard let (offset, length) = buffers.popFirst(), offset >= 0, length >= Int64(byteCount), length <= Int64(body.count),
            offset <= Int64(body.count) - length
        else { throw FlatTable.broken }
        return body.baseAddress.map { $0 + Int(offset) }
    }

    private func validity(_ rows: Int, _ nulls: Int64) throws(SluiceError) -> UnsafeRawPointer? {
        let pointer = try buffer(nulls == 0 ? 0 : (rows + 7) / 8)
        return nulls == 0 ? nil : pointer
    }

    /// Offsets of rows, and where the last one ends.
    private func offsets(_ rows: Int, isLarge: Bool) throws(SluiceError) -> (pointer: UnsafeRawPointer?, end: Int) {
        if rows == 0 { return (try buffer(0), 0) }
        let pointer = try buffer((rows + 1) * (isLarge ? 8 : 4))
        guard let pointer else { throw FlatTable.broken }
        let end =
            isLarge
            ? pointer.loadUnaligned(fromByteOffset: rows * 8, as: Int64.self)
            : Int64(pointer.loadUnaligned(fromByteOffset: rows * 4, as: Int32.self))
        guard (0...Int64(body.count)).contains(end) else { throw FlatTable.broken }
        return (pointer, Int(end))
    }
}
