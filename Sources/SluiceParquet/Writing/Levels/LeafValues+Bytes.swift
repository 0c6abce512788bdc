import SluiceCore

extension LeafValues {
    /// Lists the texts that are not null; `page` has room for all `slots`.
    ///
    /// Their bytes stay where they are: `parts` must outlive the page.
    func fill(_ slots: Range<Int>, into page: inout BytesPage) {
        page.count = 0
        var count = 0
        let target = page
        for (column, rows) in rows(of: slots) {
            switch column.storage {
            case .bytes(let values): count = Self.list(values, rows, column.validity, into: target, from: count)
            case .dictionary(let codes, let values): count = Self.list(codes, values, rows, column.validity, into: target, from: count)
            default: break
            }
        }
        page.count = count
    }

    static func list(_ values: ByteRows, _ rows: Range<Int>, _ validity: Bitmap?, into page: BytesPage, from count: Int) -> Int {
        values.data.withUnsafeBytes { data in
            values.offsets.withUnsafeBufferPointer { offsets in
                // An empty buffer has no address; its rows are empty, and nobody reads through the address of an empty text.
                let base = data.baseAddress ?? UnsafeRawPointer(offsets.baseAddress!)
                var next = count
                func take(_ row: Int) {
                    let start = Int(offsets[row])
                    let length = Int(offsets[row &+ 1]) &- start
                    page.views[next] = UnsafeRawBufferPointer(start: base + start, count: length)
                    page.keys[next] = BytesKey.of(base + start, count: length, readable: data.count &- start)
                    next &+= 1
                }
                DenseCopy.forEachValid(rows, validity) { run in
                    for row in run { take(row) }
                } single: { row in
                    take(row)
                }
                return next
            }
        }
    }

    private static func list(
        _ codes: [Int32], _ values: ByteRows, _ rows: Range<Int>, _ validity: Bitmap?, into page: BytesPage, from count: Int
    ) -> Int {
        values.data.withUnsafeBytes { data in
            values.offsets.withUnsafeBufferPointer { offsets in
                let base = data.baseAddress ?? UnsafeRawPointer(offsets.baseAddress!)
                var next = count
                func take(_ row: Int) {
                    let code = Int(codes[row])
                    let start = Int(offsets[code])
                    let length = Int(offsets[code + 1]) - start
                    page.views[next] = UnsafeRawBufferPointer(start: base + start, count: length)
                    page.keys[next] = BytesKey.of(base + start, count: length, readable: data.count - start)
                    next += 1
                }
                DenseCopy.forEachValid(rows, validity) { run in
                    for row in run { take(row) }
                } single: { row in
                    take(row)
                }
                return next
            }
        }
    }
}
