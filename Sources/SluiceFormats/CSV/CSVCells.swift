import SluiceCore

/// A column on its way to CSV: how long its cells are, and how they are written.
struct CSVCells {
    private enum Content {
        case int8([Int8]), int16([Int16]), int32([Int32]), int64([Int64])
        case dates([Int32])
        case timestamps([Int64], zoned: Bool)
        /// As they stand in the file.
        case texts(ByteRows)
        /// The same, where row `i` has the text `codes[i]`.
        case coded(codes: [Int32], ByteRows)
    }

    private let content: Content
    private let validity: Bitmap?
    private let nullText: [UInt8]
    private let count: Int

    init(_ column: Column, _ rules: CSVTextRules) {
        count = column.count
        nullText = rules.nullText
        let isNull = column.type == .null
        validity = isNull ? Bitmap(repeating: false, count: column.count) : column.validity
        content = rules.touchesNumbers ? .texts(rules.quoted(ColumnText.render(column), validity)) : Self.content(column, rules, validity)
    }

    private static func content(_ column: Column, _ rules: CSVTextRules, _ validity: Bitmap?) -> Content {
        switch (column.type, column.storage) {
        case (.date, .int32(let days)): .dates(days)
        case (.timestamp(let zoned), .int64(let micros)): .timestamps(micros, zoned: zoned)
        case (_, .int8(let values)): .int8(values)
        case (_, .int16(let values)): .int16(values)
        case (_, .int32(let values)): .int32(values)
        case (_, .int64(let values)): .int64(values)
        case (_, .float32), (_, .float64), (_, .decimal), (_, .boolean), (_, .null): .texts(ColumnText.render(column))
        case (.string, .dictionary(let codes, let values)) where values.count <= codes.count:
            .coded(codes: codes, rules.quoted(values, nil))
        default: .texts(rules.quoted(ColumnText.render(column), validity))
        }
    }

    // MARK: Lengths

    func addLengths(to lengths: UnsafeMutableBufferPointer<Int>) {
        switch content {
        case .int8(let values): add(lengths, values) { NumberText.byteCount(Int64($0)) }
        case .int16(let values): add(lengths, values) { NumberText.byteCount(Int64($0)) }
        case .int32(let values): add(lengths, values) { NumberText.byteCount(Int64($0)) }
        case .int64(let values): add(lengths, values) { NumberText.byteCount($0) }
        case .dates(let days): add(lengths, days) { Self.dateLength($0) }
        case .timestamps(let micros, let zoned):
            add(lengths, micros) { Self.timestampLength($0, zoned: zoned) }
        case .texts(let rows):
            rows.offsets.withUnsafeBufferPointer { offsets in
                forEachRow({ lengths[$0] &+= Int(offsets[$0 &+ 1] &- offsets[$0]) }, null: { lengths[$0] &+= nullText.count })
            }
        case .coded(let codes, let rows):
            rows.offsets.withUnsafeBufferPointer { offsets in
                add(lengths, codes) { Int(offsets[Int($0) &+ 1] &- offsets[Int($0)]) }
            }
        }
    }

    @inline(__always)
    private func add<Element>(
        _ lengths: UnsafeMutableBufferPointer<Int>, _ values: [Element], _ length: (Element) -> Int
    ) {
        values.withUnsafeBufferPointer { values in
            forEachRow({ lengths[$0] &+= length(values[$0]) }, null: { lengths[$0] &+= nullText.count })
        }
    }

    @inline(__always)
    private func forEachRow(_ body: (Int) -> Void, null: (Int) -> Void) {
        guard let validity else {
            for row in 0..<count { body(row) }
            return
        }
        validity.words.withUnsafeBufferPointer { words in
            for row in 0..<count {
                if words[row &>> 6] &>> UInt64(truncatingIfNeeded: row & 63) & 1 != 0 { body(row) } else { null(row) }
            }
        }
    }

    /// Years of four digits, without asking for the date: from 0000-01-01 to 9999-12-31.
    private static let plainDays = -719_528...2_932_896

    @inline(__always)
    private static func dateLength(_ days: Int32) -> Int {
        plainDays.contains(Int(days)) ? 10 : longLength { TimeText.write(days: days, at: $0) }
    }

    @inline(__always)
    private static func timestampLength(_ micros: Int64, zoned: Bool) -> Int {
        let days = micros / TimeText.microsPerDay
        if micros % TimeText.microsPerSecond == 0, days > -719_528, days < 2_932_896 { return zoned ? 20 : 19 }
        return longLength { TimeText.write(micros: micros, zoned: zoned, at: $0) }
    }

    @inline(never)
    private static func longLength(_ write: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>) -> Int {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: TimeText.maximumBytes) { buffer in
            buffer.baseAddress.map { write($0) - $0 } ?? 0
        }
    }

    // MARK: Writing

    /// Writes each row's cell and a byte behind it at the row's place, and moves the place on.
    func write(to target: UnsafeMutablePointer<UInt8>, _ places: UnsafeMutableBufferPointer<Int>, behind separator: UInt8) {
        switch content {
        case .int8(let values):
            put(target, places, separator, values) { NumberText.write(Int64($0), at: $1) }
        case .int16(let values):
            put(target, places, separator, values) { NumberText.write(Int64($0), at: $1) }
        case .int32(let values):
            put(target, places, separator, values) { NumberText.write(Int64($0), at: $1) }
        case .int64(let values): put(target, places, separator, values) { NumberText.write($0, at: $1) }
        case .dates(let days): put(target, places, separator, days) { TimeText.write(days: $0, at: $1) }
        case .timestamps(let micros, let zoned):
            put(target, places, separator, micros) { TimeText.write(micros: $0, zoned: zoned, at: $1) }
        case .texts(let rows): putTexts(rows, target, places, separator) { $0 }
        case .coded(let codes, let rows):
            codes.withUnsafeBufferPointer { codes in putTexts(rows, target, places, separator) { Int(codes[$0]) } }
        }
    }

    @inline(__always)
    private func put<Element>(
        _ target: UnsafeMutablePointer<UInt8>, _ places: UnsafeMutableBufferPointer<Int>, _ separator: UInt8,
        _ values: [Element], _ write: (Element, UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
    ) {
        values.withUnsafeBufferPointer { values in
            forEachRow(
                { row in
                    let end = write(values[row], target + places[row])
                    end.initialize(to: separator)
                    places[row] = end - target + 1
                }, null: { putNull($0, target, places, separator) })
        }
    }

    /// - Parameter text: which of the texts a row has.
    @inline(__always)
    private func putTexts(
        _ rows: ByteRows, _ target: UnsafeMutablePointer<UInt8>, _ places: UnsafeMutableBufferPointer<Int>, _ separator: UInt8,
        _ text: (Int) -> Int
    ) {
        rows.data.withUnsafeBufferPointer { bytes in
            rows.offsets.withUnsafeBufferPointer { offsets in
                forEachRow(
                    { row in
                        let index = text(row)
                        let start = Int(offsets[index])
                        let length = Int(offsets[index &+ 1]) &- start
                        let place = target + places[row]
                        if length <= 16 {
                            if let base = bytes.baseAddress { copyShort(base + start, length, place) }
                        } else {
                            place.initialize(from: bytes.baseAddress! + start, count: length)
                        }
                        (place + length).initialize(to: separator)
                        places[row] &+= length &+ 1
                    }, null: { putNull($0, target, places, separator) })
            }
        }
    }

    /// One to sixteen bytes, without a call.
    @inline(__always)
    private func copyShort(_ source: UnsafePointer<UInt8>, _ length: Int, _ target: UnsafeMutablePointer<UInt8>) {
        let (from, to) = (UnsafeRawPointer(source), UnsafeMutableRawPointer(target))
        if length >= 8 {
            to.storeBytes(of: from.loadUnaligned(as: UInt64.self), as: UInt64.self)
            let last = from.loadUnaligned(fromByteOffset: length &- 8, as: UInt64.self)
            to.storeBytes(of: last, toByteOffset: length &- 8, as: UInt64.self)
        } else if length >= 4 {
            to.storeBytes(of: from.loadUnaligned(as: UInt32.self), as: UInt32.self)
            let last = from.loadUnaligned(fromByteOffset: length &- 4, as: UInt32.self)
            to.storeBytes(of: last, toByteOffset: length &- 4, as: UInt32.self)
        } else {
            for place in 0..<length { target[place] = source[place] }
        }
    }

    private func putNull(
        _ row: Int, _ target: UnsafeMutablePointer<UInt8>, _ places: UnsafeMutableBufferPointer<Int>, _ separator: UInt8
    ) {
        let place = target + places[row]
        for (offset, byte) in nullText.enumerated() { (place + offset).initialize(to: byte) }
        (place + nullText.count).initialize(to: separator)
        places[row] &+= nullText.count &+ 1
    }
}
