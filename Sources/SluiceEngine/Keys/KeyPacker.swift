import SluiceCore

/// Packs the key columns of a row into 8, 16 or 32 bytes, where their types and texts are short enough: such keys are compared and hashed as
/// numbers.
///
/// Layout of a key, from its first byte: the texts' bytes, each in a space of its own and filled up with zeros; the plain values; a byte of
/// length for each text (255: null); and, if there is room, a byte with a bit for each plain column that is null.
struct KeyPacker {
    private enum Part {
        case text(offset: Int, capacity: Int, lengthOffset: Int)
        /// `nullBit` 0: nulls cannot be packed.
        case plain(offset: Int, nullBit: UInt8)
    }

    /// Words of 8 bytes: 1, 2 or 4.
    let words: Int
    private let parts: [Part]
    private let nullOffset: Int
    /// Bytes that a text may have.
    private let textCapacity: Int

    private static let nullLength: UInt8 = 255
    /// Less room for a text is not worth a try.
    private static let leastTextBytes = 6

    /// The ways to pack keys of these types, from small to large; none for types that have no fixed size.
    static func candidates(_ types: [DataType]) -> [KeyPacker] {
        [1, 2, 4].compactMap { KeyPacker(types, words: $0, hasNulls: true) ?? KeyPacker(types, words: $0, hasNulls: false) }
    }

    private init?(_ types: [DataType], words: Int, hasNulls: Bool) {
        let widths = types.map(Self.width)
        let texts = types.count { $0 == .string || $0 == .binary }
        guard !types.isEmpty, texts + widths.count(where: { $0 != nil }) == types.count else { return nil }
        let plain = widths.compactMap(\.self).reduce(0, +)
        let hasPlain = texts < types.count
        guard types.count - texts <= 8 else { return nil }
        let room = words * 8 - plain - texts - (hasPlain && hasNulls ? 1 : 0)
        guard room >= texts * Self.leastTextBytes else { return nil }
        // A text is stored by whole words, which must not reach beyond the key.
        var capacity = texts == 0 ? 0 : room / texts
        while texts > 0, (texts - 1) * capacity + (capacity + 7) / 8 * 8 > words * 8 { capacity -= 1 }
        if texts > 0, capacity < Self.leastTextBytes { return nil }
        var textOffset = 0
        var offset = texts * capacity
        var parts: [Part] = []
        var bit: UInt8 = 1
        for width in widths {
            if let width {
                parts.append(.plain(offset: offset, nullBit: hasNulls ? bit : 0))
                offset += width
                bit = bit << 1
            } else {
                parts.append(.text(offset: textOffset, capacity: capacity, lengthOffset: 0))
                textOffset += capacity
            }
        }
        for index in parts.indices {
            guard case .text(let start, let capacity, _) = parts[index] else { continue }
            parts[index] = .text(offset: start, capacity: capacity, lengthOffset: offset)
            offset += 1
        }
        self.words = words
        self.parts = parts
        nullOffset = offset
        textCapacity = capacity
    }

    /// Rows of which no text is too long.
    func fitting(_ columns: [Column], rowCount: Int) -> Bitmap {
        var fitting = Bitmap(repeating: true, count: rowCount)
        for column in columns {
            guard case .bytes(let rows) = column.flattened.storage else { continue }
            fitting = fitting & Bitmap((0..<rowCount).lazy.map { rows.length($0) <= textCapacity })
        }
        return fitting
    }

    private static func width(_ type: DataType) -> Int? {
        switch type {
        case .boolean, .int8: 1
        case .int16: 2
        case .int32, .date, .float32: 4
        case .int64, .timestamp, .float64: 8
        default: nil
        }
    }

    /// Writes the keys of all rows, `words` words each.
    ///
    /// - Returns: false where a text is too long, or a null has no bit.
    func pack(_ columns: [Column], rowCount: Int, into keys: UnsafeMutableRawPointer) -> Bool {
        keys.initializeMemory(as: UInt64.self, repeating: 0, count: rowCount * words)
        let stride = words * 8
        // Texts first: their words may reach into what plain values then write over.
        for (part, column) in zip(parts, columns) {
            guard case .text(let offset, let capacity, _) = part else { continue }
            guard pack(texts: column, rowCount, keys + offset, capacity, stride) else { return false }
        }
        for (part, column) in zip(parts, columns) {
            switch part {
            case .text(_, _, let lengthOffset): packLengths(column, rowCount, keys + lengthOffset, stride)
            case .plain(let offset, let nullBit):
                if column.validity != nil, nullBit == 0 { return false }
                pack(plain: column, rowCount, keys + offset, stride)
                guard let validity = column.validity else { continue }
                (~validity).forEachSet { row in
                    let place = keys + (row &* stride &+ nullOffset)
                    place.storeBytes(of: place.load(as: UInt8.self) | nullBit, as: UInt8.self)
                }
            }
        }
        return true
    }

    // MARK: Texts

    private func pack(texts column: Column, _ rowCount: Int, _ keys: UnsafeMutableRawPointer, _ capacity: Int, _ stride: Int) -> Bool {
        switch column.storage {
        case .bytes(let rows):
            return Self.store(rows, column.validity, keys, capacity, stride)
        case .dictionary(let codes, let values):
            if values.count > rowCount { return pack(texts: column.flattened, rowCount, keys, capacity, stride) }
            // Each value once, then a copy a row.
            let width = (capacity + 7) / 8 * 8
            let cache = UnsafeMutableRawPointer.allocate(byteCount: max(8, values.count * width), alignment: 8)
            defer { cache.deallocate() }
            cache.initializeMemory(as: UInt8.self, repeating: 0, count: max(8, values.count * width))
            guard Self.store(values, nil, cache, capacity, width) else { return false }
            for row in 0..<rowCount where !column.isNull(row) {
                (keys + row &* stride).copyMemory(from: cache + Int(codes[row]) &* width, byteCount: width)
            }
            return true
        default: return false
        }
    }

    @inline(__always)
    private static func store(
        _ rows: ByteRows, _ validity: Bitmap?, _ keys: UnsafeMutableRawPointer, _ capacity: Int, _ stride: Int
    ) -> Bool {
        rows.data.withUnsafeBytes { data in
            rows.offsets.withUnsafeBufferPointer { offsets in
                // The last texts are read byte by byte, so that no load reaches behind the buffer.
                let safeEnd = data.count - 8
                for row in 0..<(offsets.count - 1) {
                    if let validity, !validity[row] { continue }
                    let start = Int(offsets[row])
                    let length = Int(offsets[row + 1]) &- start
                    if length > capacity { return false }
                    let target = keys + row &* stride
                    if length <= 8, start <= safeEnd {
                        let word = data.loadUnaligned(fromByteOffset: start, as: UInt64.self)
                        let kept = length == 8 ? word : word & ((1 &<< UInt64(truncatingIfNeeded: length &* 8)) &- 1)
                        target.storeBytes(of: kept, as: UInt64.self)
                    } else {
                        storeLong(data, start, length, target)
                    }
                }
                return true
            }
        }
    }

    private static func storeLong(_ data: UnsafeRawBufferPointer, _ start: Int, _ length: Int, _ target: UnsafeMutableRawPointer) {
        if length == 0 { return }
        target.copyMemory(from: data.baseAddress! + start, byteCount: length)
        for index in length..<((length + 7) / 8 * 8) { target.storeBytes(of: 0, toByteOffset: index, as: UInt8.self) }
    }

    private func packLengths(_ column: Column, _ rowCount: Int, _ keys: UnsafeMutableRawPointer, _ stride: Int) {
        switch column.storage {
        case .bytes(let rows):
            rows.offsets.withUnsafeBufferPointer { offsets in
                for row in 0..<rowCount {
                    keys.storeBytes(
                        of: UInt8(truncatingIfNeeded: offsets[row &+ 1] &- offsets[row]), toByteOffset: row &* stride, as: UInt8.self)
                }
            }
        case .dictionary(let codes, let values):
            for row in 0..<rowCount {
                keys.storeBytes(of: UInt8(truncatingIfNeeded: values.length(Int(codes[row]))), toByteOffset: row &* stride, as: UInt8.self)
            }
        default: break
        }
        guard let validity = column.validity else { return }
        (~validity).forEachSet { keys.storeBytes(of: Self.nullLength, toByteOffset: $0 &* stride, as: UInt8.self) }
    }

    // MARK: Plain values

    private func pack(plain column: Column, _ rowCount: Int, _ keys: UnsafeMutableRawPointer, _ stride: Int) {
        let validity = column.validity
        switch column.storage {
        case .boolean(let bits):
            for row in 0..<rowCount where bits[row] && !column.isNull(row) { (keys + row &* stride).storeBytes(of: 1, as: UInt8.self) }
        case .int8(let values): Self.store(values, validity, keys, stride) { $0 }
        case .int16(let values): Self.store(values, validity, keys, stride) { $0 }
        case .int32(let values): Self.store(values, validity, keys, stride) { $0 }
        case .int64(let values): Self.store(values, validity, keys, stride) { $0 }
        case .float32(let values): Self.store(values, validity, keys, stride) { $0.asKey }
        case .float64(let values): Self.store(values, validity, keys, stride) { $0.asKey }
        default: preconditionFailure("type \(column.type) is not packed")
        }
        // What stands under a null is not part of the key.
        guard validity != nil, let width = Self.width(column.type) else { return }
        (~validity!).forEachSet { row in
            for index in 0..<width { (keys + row &* stride).storeBytes(of: 0, toByteOffset: index, as: UInt8.self) }
        }
    }

    @inline(__always)
    private static func store<Element: BitwiseCopyable>(
        _ values: [Element], _ validity: Bitmap?, _ keys: UnsafeMutableRawPointer, _ stride: Int, _ key: (Element) -> Element
    ) {
        values.withUnsafeBufferPointer { values in
            for row in 0..<values.count { (keys + row &* stride).storeBytes(of: key(values[row]), as: Element.self) }
        }
    }
}
