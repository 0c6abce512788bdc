import SluiceCore

/// JSON texts of whole columns, made a column at a time: first how long each row becomes, then each member into its place.
enum JSONRows {
    /// Objects with the columns as their members.
    ///
    /// - Parameters:
    ///   - validity: rows that are `null` instead.
    ///   - before: what stands before each row, of which `first` is the first one's.
    ///   - behind: what stands behind each row.
    static func objects(
        _ fields: [Field], _ columns: [Column], _ count: Int, validity: Bitmap? = nil, writesNulls: Bool, first: [UInt8]? = nil,
        before: [UInt8] = [], behind: [UInt8] = []
    ) -> (offsets: [Int], data: [UInt8]) {
        let cells = zip(fields, columns).map { field, column in
            JSONCells(column, prefix: Self.prefix(field.name), parent: validity, writesNulls: writesNulls)
        }
        var offsets = [Int](repeating: 0, count: count + 1)
        let places = UnsafeMutableBufferPointer<Int>.allocate(capacity: count)
        defer { places.deallocate() }
        places.initialize(repeating: 0)
        for column in cells { column.addLengths(to: places) }
        let around = before.count + behind.count
        var total = 0
        for row in 0..<count {
            let lead = row == 0 ? (first ?? before).count - before.count : 0
            let isNull = validity.map { !$0[row] } ?? false
            // The first member's comma gives its place to the bracket.
            let length = (isNull ? 4 : max(places[row], 1) + 1) + around + lead
            places[row] = total + before.count + lead
            total += length
            offsets[row + 1] = total
        }
        let data = [UInt8](unsafeUninitializedCapacity: total) { target, filled in
            filled = total
            guard let base = target.baseAddress else { return }
            for column in cells { column.write(to: base, places) }
            for row in 0..<count {
                let lead = row == 0 ? first ?? before : before
                put(lead, at: base + offsets[row])
                let start = offsets[row] + lead.count
                let end = offsets[row + 1] - behind.count
                put(behind, at: base + end)
                if let validity, !validity[row] {
                    put(Self.null, at: base + start)
                } else {
                    (base + start).initialize(to: UInt8(ascii: "{"))
                    (base + end - 1).initialize(to: UInt8(ascii: "}"))
                }
            }
        }
        return (offsets, data)
    }

    private static let null = Array("null".utf8)

    private static func prefix(_ name: String) -> [UInt8] {
        var key = [UInt8(ascii: ",")]
        JSONText.appendString(name.utf8, to: &key)
        key.append(UInt8(ascii: ":"))
        return key
    }

    @inline(__always)
    private static func put(_ text: [UInt8], at place: UnsafeMutablePointer<UInt8>) {
        for (offset, byte) in text.enumerated() { (place + offset).initialize(to: byte) }
    }

    /// Each row as JSON, `null` for nulls and for floats that JSON lacks.
    static func values(_ column: Column, writesNulls: Bool) -> ByteRows {
        switch (column.type, column.storage) {
        case (.structure(let fields), .structure(let members, let count)):
            let (offsets, data) = objects(fields, members, count, validity: column.validity, writesNulls: writesNulls)
            precondition(data.count <= Int(Int32.max), "a column of bytes is over 2 GiB; batches are kept smaller")
            return ByteRows(offsets: offsets.map { Int32(truncatingIfNeeded: $0) }, data: data)
        case (_, .list(let offsets, let elements)):
            return lists(column, offsets, values(elements, writesNulls: writesNulls))
        case (_, .map), (_, .choice): return JSONText.rows(column, writesNulls: writesNulls)
        default:
            let places = UnsafeMutableBufferPointer<Int>.allocate(capacity: column.count)
            defer { places.deallocate() }
            return scalars(JSONCells(column, prefix: [UInt8(ascii: ",")], writesNulls: true), column.count, places)
        }
    }

    /// Values by themselves: cells whose prefix, a comma, is dropped.
    private static func scalars(_ cells: JSONCells, _ count: Int, _ places: UnsafeMutableBufferPointer<Int>) -> ByteRows {
        places.initialize(repeating: 0)
        cells.addLengths(to: places)
        var offsets = [Int32](repeating: 0, count: count + 1)
        var total = 0
        for row in 0..<count {
            let length = places[row]
            places[row] = total
            total += length
            offsets[row + 1] = Int32(truncatingIfNeeded: total - row - 1)
        }
        precondition(total <= Int(Int32.max), "a column of bytes is over 2 GiB; batches are kept smaller")
        let texts = [UInt8](unsafeUninitializedCapacity: total) { target, filled in
            if let base = target.baseAddress { cells.write(to: base, places) }
            filled = total
        }
        let data = [UInt8](unsafeUninitializedCapacity: total - count) { target, filled in
            texts.withUnsafeBufferPointer { texts in
                for row in 0..<count {
                    let length = Int(offsets[row + 1] - offsets[row])
                    CopiedText.copy(texts.baseAddress! + Int(offsets[row]) + row + 1, length, to: target.baseAddress! + filled)
                    filled += length
                }
            }
        }
        return ByteRows(offsets: offsets, data: data)
    }

    private static func lists(_ column: Column, _ offsets: [Int32], _ elements: ByteRows) -> ByteRows {
        ColumnText.rows(column.count) { row, bytes in
            if column.isNull(row) { return bytes.append(contentsOf: null) }
            bytes.append(UInt8(ascii: "["))
            for element in offsets[row]..<offsets[row + 1] {
                if element > offsets[row] { bytes.append(UInt8(ascii: ",")) }
                elements.withRow(Int(element)) { bytes.append(contentsOf: $0) }
            }
            bytes.append(UInt8(ascii: "]"))
        }
    }
}
