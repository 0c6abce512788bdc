import SluiceCore

/// A column on its way to JSON: how long its members (`,"key":value`) are, and how they are written.
///
/// A null row is `null`, or is left out.
struct JSONCells {
    private enum Content {
        case int8([Int8]), int16([Int16]), int32([Int32]), int64([Int64])
        case boolean(Bitmap)
        /// In quotes, as they are.
        case plain(ByteRows)
        /// As they stand in the file.
        case texts(ByteRows)
    }

    private let content: Content
    private let validity: Bitmap?
    /// Rows with a number that JSON lacks, which is `null` in any case.
    private let finite: Bitmap?
    /// Rows of which nothing is written, whatever the column has there: those of a null object.
    private let parent: Bitmap?
    private let prefix: [UInt8]
    private let writesNulls: Bool
    private let count: Int

    /// - Parameter prefix: What stands before each value.
    init(_ column: Column, prefix: [UInt8], parent: Bitmap? = nil, writesNulls: Bool) {
        self.prefix = prefix
        self.parent = parent
        self.writesNulls = writesNulls
        count = column.count
        finite = column.finiteRows
        validity = column.type == .null ? Bitmap(repeating: false, count: column.count) : column.validity
        content = Self.content(column.flattened, writesNulls: writesNulls)
    }

    private static func content(_ column: Column, writesNulls: Bool) -> Content {
        switch (column.type, column.storage) {
        case (.date, _), (.timestamp, _): .plain(ColumnText.render(column))
        case (_, .int8(let values)): .int8(values)
        case (_, .int16(let values)): .int16(values)
        case (_, .int32(let values)): .int32(values)
        case (_, .int64(let values)): .int64(values)
        case (_, .boolean(let bits)): .boolean(bits)
        case (_, .float32), (_, .float64), (_, .decimal), (_, .null): .texts(ColumnText.render(column))
        case (.string, .bytes(let rows)): rows.needsJSONEscapes ? .texts(rows.quotedAsJSON) : .plain(rows)
        case (_, .bytes): .plain(ColumnText.render(column))
        default: .texts(JSONRows.values(column, writesNulls: writesNulls))
        }
    }

    // MARK: Lengths

    func addLengths(to lengths: UnsafeMutableBufferPointer<Int>) {
        switch content {
        case .int8(let values): add(lengths, values) { NumberText.byteCount(Int64($0)) }
        case .int16(let values): add(lengths, values) { NumberText.byteCount(Int64($0)) }
        case .int32(let values): add(lengths, values) { NumberText.byteCount(Int64($0)) }
        case .int64(let values): add(lengths, values) { NumberText.byteCount($0) }
        case .boolean(let bits): addLengths(lengths) { bits[$0] ? 4 : 5 }
        case .plain(let rows):
            rows.offsets.withUnsafeBufferPointer { offsets in
                addLengths(lengths) { Int(offsets[$0 &+ 1] &- offsets[$0]) &+ 2 }
            }
        case .texts(let rows):
            rows.offsets.withUnsafeBufferPointer { offsets in addLengths(lengths) { Int(offsets[$0 &+ 1] &- offsets[$0]) } }
        }
    }

    @inline(__always)
    private func add<Element>(_ lengths: UnsafeMutableBufferPointer<Int>, _ values: [Element], _ length: (Element) -> Int) {
        values.withUnsafeBufferPointer { values in addLengths(lengths) { length(values[$0]) } }
    }

    @inline(__always)
    private func addLengths(_ lengths: UnsafeMutableBufferPointer<Int>, _ length: (Int) -> Int) {
        let (before, null) = (prefix.count, prefix.count + Self.null.count)
        forEachRow({ lengths[$0] &+= before &+ length($0) }, null: { lengths[$0] &+= null })
    }

    /// Calls one of the two for each row that is written.
    @inline(__always)
    private func forEachRow(_ body: (Int) -> Void, null: (Int) -> Void) {
        guard validity != nil || parent != nil || finite != nil else {
            for row in 0..<count { body(row) }
            return
        }
        for row in 0..<count {
            if let parent, !parent[row] { continue }
            if let validity, !validity[row] {
                if writesNulls { null(row) }
            } else if let finite, !finite[row] {
                null(row)
            } else {
                body(row)
            }
        }
    }

    // MARK: Writing

    private static let null: [UInt8] = Array("null".utf8)

    /// Writes each row's member at the row's place, and moves the place on.
    func write(to target: UnsafeMutablePointer<UInt8>, _ places: UnsafeMutableBufferPointer<Int>) {
        switch content {
        case .int8(let values): put(target, places, values) { NumberText.write(Int64($0), at: $1) }
        case .int16(let values): put(target, places, values) { NumberText.write(Int64($0), at: $1) }
        case .int32(let values): put(target, places, values) { NumberText.write(Int64($0), at: $1) }
        case .int64(let values): put(target, places, values) { NumberText.write($0, at: $1) }
        case .boolean(let bits): put(target, places) { Self.copy(bits[$0] ? "true" : "false", to: $1) }
        case .plain(let rows):
            putTexts(target, places, rows) { source, length, place in
                place.initialize(to: UInt8(ascii: "\""))
                CopiedText.copy(source, length, to: place + 1)
                (place + length + 1).initialize(to: UInt8(ascii: "\""))
                return place + length + 2
            }
        case .texts(let rows):
            putTexts(target, places, rows) { source, length, place in
                CopiedText.copy(source, length, to: place)
                return place + length
            }
        }
    }

    private static func copy(_ word: StaticString, to place: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        place.initialize(from: word.utf8Start, count: word.utf8CodeUnitCount)
        return place + word.utf8CodeUnitCount
    }

    @inline(__always)
    private func put(
        _ target: UnsafeMutablePointer<UInt8>, _ places: UnsafeMutableBufferPointer<Int>,
        _ write: (Int, UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
    ) {
        prefix.withUnsafeBufferPointer { prefix in
            guard let before = prefix.baseAddress else { return }
            func start(_ row: Int) -> UnsafeMutablePointer<UInt8> {
                let place = target + places[row]
                CopiedText.copy(before, prefix.count, to: place)
                return place + prefix.count
            }
            forEachRow(
                { row in places[row] = write(row, start(row)) - target },
                null: { row in places[row] = Self.copy("null", to: start(row)) - target })
        }
    }

    @inline(__always)
    private func put<Element>(
        _ target: UnsafeMutablePointer<UInt8>, _ places: UnsafeMutableBufferPointer<Int>, _ values: [Element],
        _ write: (Element, UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
    ) {
        values.withUnsafeBufferPointer { values in put(target, places) { write(values[$0], $1) } }
    }

    @inline(__always)
    private func putTexts(
        _ target: UnsafeMutablePointer<UInt8>, _ places: UnsafeMutableBufferPointer<Int>, _ rows: ByteRows,
        _ write: (UnsafePointer<UInt8>, Int, UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
    ) {
        rows.data.withUnsafeBufferPointer { bytes in
            rows.offsets.withUnsafeBufferPointer { offsets in
                // Where all texts are empty there may be no buffer, and nothing is read from this one.
                let base = bytes.baseAddress ?? UnsafePointer(target)
                put(target, places) { write(base + Int(offsets[$0]), Int(offsets[$0 &+ 1] &- offsets[$0]), $1) }
            }
        }
    }
}

/// Copies of texts that are mostly short.
enum CopiedText {
    @inline(__always)
    static func copy(_ source: UnsafePointer<UInt8>, _ length: Int, to target: UnsafeMutablePointer<UInt8>) {
        let (from, to) = (UnsafeRawPointer(source), UnsafeMutableRawPointer(target))
        if length > 16 {
            target.initialize(from: source, count: length)
        } else if length >= 8 {
            let last = from.loadUnaligned(fromByteOffset: length &- 8, as: UInt64.self)
            to.storeBytes(of: from.loadUnaligned(as: UInt64.self), as: UInt64.self)
            to.storeBytes(of: last, toByteOffset: length &- 8, as: UInt64.self)
        } else if length >= 4 {
            let last = from.loadUnaligned(fromByteOffset: length &- 4, as: UInt32.self)
            to.storeBytes(of: from.loadUnaligned(as: UInt32.self), as: UInt32.self)
            to.storeBytes(of: last, toByteOffset: length &- 4, as: UInt32.self)
        } else {
            for place in 0..<length { target[place] = source[place] }
        }
    }
}

extension Column {
    /// For floats: the rows whose number JSON has; nil where it has all.
    fileprivate var finiteRows: Bitmap? {
        switch storage {
        case .float32(let values): values.allSatisfy(\.isFinite) ? nil : Bitmap(values.lazy.map(\.isFinite))
        case .float64(let values): values.allSatisfy(\.isFinite) ? nil : Bitmap(values.lazy.map(\.isFinite))
        default: nil
        }
    }
}
