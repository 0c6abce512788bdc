import CArrow
import SluiceCore

/// Texts and binaries in their layouts.
enum TextReader {
    static func column(_ node: ArrowNode, _ buffers: ArrowBuffers) throws(SluiceError) -> Column {
        let validity = try buffers.validity()
        var rows =
            switch node.format {
            case .byteViews: try views(buffers, validity)
            case .fixedBinary(let width): try fixed(buffers, width)
            case .bytes(_, let isLarge): try offsetRows(buffers, isLarge: isLarge)
            default: preconditionFailure("the format is no text")
            }
        if node.type == .string { rows = try checked(rows, validity, buffers) }
        return Column(node.type, .bytes(rows), validity: validity)
    }

    private static func offsetRows(_ buffers: ArrowBuffers, isLarge: Bool) throws(SluiceError) -> ByteRows {
        try buffers.require(buffers: 3)
        let (first, offsets) = try buffers.offsets(1, isLarge: isLarge)
        let total = Int(offsets[offsets.count - 1])
        if total == 0 { return ByteRows(offsets: offsets, data: []) }
        return ByteRows(offsets: offsets, data: Array(UnsafeRawBufferPointer(start: try buffers.pointer(2) + first, count: total)))
    }

    private static func fixed(_ buffers: ArrowBuffers, _ width: Int) throws(SluiceError) -> ByteRows {
        try buffers.require(buffers: 2)
        let (total, isTooMany) = buffers.count.multipliedReportingOverflow(by: width)
        let (first, isTooFar) = buffers.start.multipliedReportingOverflow(by: width)
        guard !isTooMany, !isTooFar, total <= ArrowLimits.rows else { throw tooLarge(buffers) }
        let offsets = (0...buffers.count).map { Int32($0 * width) }
        if total == 0 { return ByteRows(offsets: offsets, data: []) }
        return ByteRows(offsets: offsets, data: Array(UnsafeRawBufferPointer(start: try buffers.pointer(1) + first, count: total)))
    }

    /// Views of 16 bytes: a length, then up to 12 bytes themselves, or a prefix, the number of a data buffer and a place in it; the lengths of
    /// the data buffers are in the last one (Arrow specification, "Variable-size Binary View Layout").
    private static func views(_ buffers: ArrowBuffers, _ validity: Bitmap?) throws(SluiceError) -> ByteRows {
        guard buffers.array.n_buffers >= 3, buffers.array.buffers != nil else {
            throw ArrowNode.broken(buffers.path, "\(buffers.array.n_buffers) buffers where at least 3 belong")
        }
        var rows = ByteRows()
        if buffers.count == 0 { return rows }
        let dataCount = Int(buffers.array.n_buffers) - 3
        let sizes = dataCount == 0 ? nil : try buffers.pointer(dataCount + 2)
        let views = try buffers.pointer(1)
        var total = 0
        for row in 0..<buffers.count {
            guard validity?[row] ?? true else {
                rows.endRow()
                continue
            }
            let view = views + (buffers.start + row) * 16
            let length = Int(view.loadUnaligned(as: Int32.self))
            total += max(length, 0)
            guard total <= ArrowLimits.rows else { throw tooLarge(buffers) }
            if (0...12).contains(length) {
                rows.append(UnsafeRawBufferPointer(start: view + 4, count: length).assumingMemoryBound(to: UInt8.self))
                continue
            }
            let index = Int(view.loadUnaligned(fromByteOffset: 8, as: Int32.self))
            let place = Int(view.loadUnaligned(fromByteOffset: 12, as: Int32.self))
            guard length > 0, place >= 0, (0..<dataCount).contains(index), let sizes,
                Int64(place) + Int64(length) <= sizes.loadUnaligned(fromByteOffset: index * 8, as: Int64.self)
            else {
                throw ArrowNode.broken(buffers.path, "the view of row \(row) goes beyond its buffer")
            }
            let data = try buffers.pointer(index + 2)
            rows.append(UnsafeRawBufferPointer(start: data + place, count: length).assumingMemoryBound(to: UInt8.self))
        }
        return rows
    }

    // MARK: UTF-8

    /// The same texts, all of them UTF-8; what stands under a null may be anything and becomes empty.
    private static func checked(_ rows: ByteRows, _ validity: Bitmap?, _ buffers: ArrowBuffers) throws(SluiceError) -> ByteRows {
        let startsWhole = (0..<rows.count).allSatisfy { row in
            let start = Int(rows.offsets[row])
            return start == rows.data.count || rows.data[start] & 0xC0 != 0x80
        }
        if startsWhole, (try? UTF8Span(validating: rows.data.span)) != nil { return rows }
        var result = ByteRows(reservingRows: rows.count, bytes: rows.data.count)
        for row in 0..<rows.count {
            guard validity?[row] ?? true else {
                result.endRow()
                continue
            }
            guard (try? UTF8Span(validating: rows.data.span.extracting(rows.range(row)))) != nil else {
                throw SluiceError(.invalidEncoding, "row \(row) of \(ArrowNode.shown(buffers.path)) is not UTF-8")
            }
            result.append(rows[row])
        }
        return result
    }

    private static func tooLarge(_ buffers: ArrowBuffers) -> SluiceError {
        SluiceError(
            .limitExceeded, "the rows of \(ArrowNode.shown(buffers.path)) take more than 2 GiB", remedy: "hand it over in smaller batches")
    }
}
