import SluiceCore

/// The texts of one column of a batch, as places in two buffers, and their conversion to a typed column in one tight loop.
struct TextColumn {
    /// `start << 32 | length`; a start at or behind `raw.count` counts from there into `arena`.
    typealias Span = UInt64
    static let null: Span = .max

    let spans: UnsafeBufferPointer<Span>
    /// The records as they came.
    let raw: UnsafeBufferPointer<UInt8>
    /// Texts whose quotes were taken away.
    let arena: UnsafeBufferPointer<UInt8>
    let rules: TextRules

    @inline(__always) static func span(_ start: Int, _ length: Int) -> Span { UInt64(start) &<< 32 | UInt64(length) }

    @inline(__always)
    func text(_ span: Span) -> UnsafeBufferPointer<UInt8> {
        let start = Int(span &>> 32)
        let length = Int(span & 0xFFFF_FFFF)
        if start < raw.count { return UnsafeBufferPointer(rebasing: raw[start..<(start + length)]) }
        let place = start - raw.count
        return UnsafeBufferPointer(rebasing: arena[place..<(place + length)])
    }

    /// The typed column; rows whose text does not fit are in `failures` and null.
    func column(_ type: DataType, failures: inout [Int]) -> Column {
        switch type {
        case .null: column(type, 0 as UInt8, &failures, { _ in nil }, { .null($0.count) })
        case .boolean: column(type, false, &failures, rules.boolean) { .boolean(Bitmap($0)) }
        case .int8: integers(type, &failures) { .int8($0) }
        case .int16: integers(type, &failures) { .int16($0) }
        case .int32: integers(type, &failures) { .int32($0) }
        case .int64: integers(type, &failures) { .int64($0) }
        case .float32: column(spans: type, 0, &failures, { float($0).flatMap(Float.init(inRange:)) }, { .float32($0) })
        case .float64: column(spans: type, 0, &failures, { float($0) }, { .float64($0) })
        case .decimal(let precision, let scale):
            column(type, 0, &failures, { rules.decimal($0, precision: precision, scale: scale) }, { .decimal($0) })
        case .date: dates(&failures)
        case .timestamp(let zoned): timestamps(zoned: zoned, &failures)
        case .string: texts()
        case .binary: binaries(&failures)
        case .list, .structure, .map: nested(type, &failures)
        case .choice(let types): choice(types, &failures)
        }
    }

    /// Texts of up to eight bytes are read as one word; others, and those in an unusual spelling, by the rules.
    private func integers<Element: FixedWidthInteger>(
        _ type: DataType, _ failures: inout [Int], _ storage: ([Element]) -> Column.Storage
    ) -> Column {
        var validity = ValidityBuilder(count: spans.count)
        var failed: [Int] = []
        let base = UnsafeRawPointer(raw.baseAddress)
        // The last place of which eight bytes can be read; none where numbers have marks.
        let lastWord = rules.isPlain ? raw.count - 8 : -1
        let values = [Element](unsafeUninitializedCapacity: spans.count) { target, count in
            guard let first = target.baseAddress else { return }
            for row in 0..<spans.count {
                let span = spans[row]
                let (start, length) = (Int(span &>> 32), Int(span & 0xFFFF_FFFF))
                if length &- 1 < 8, length > 0, start <= lastWord, let base,
                    let number = NumberScan.integer(base.loadUnaligned(fromByteOffset: start, as: UInt64.self), length),
                    let value = Element(exactly: number)
                {
                    (first + row).initialize(to: value)
                } else if span != Self.null, let number = rules.integer(text(span)), let value = Element(exactly: number) {
                    (first + row).initialize(to: value)
                } else {
                    (first + row).initialize(to: 0)
                    validity.setNull(row)
                    if span != Self.null { failed.append(row) }
                }
            }
            count = spans.count
        }
        failures.append(contentsOf: failed)
        return Column(type, storage(values), validity: validity.bitmap)
    }

    @inline(__always)
    private func float(_ span: Span) -> Double? {
        if let word = word(span), let value = NumberScan.float(word, Int(span & 0xFFFF_FFFF)) { return value }
        return rules.float(text(span))
    }

    /// The eight bytes from a text's start on, where it has one to eight and no marks of its own.
    @inline(__always)
    private func word(_ span: Span) -> UInt64? {
        let start = Int(span &>> 32)
        guard (span & 0xFFFF_FFFF) &- 1 < 8, start &+ 8 <= raw.count, rules.isPlain, let base = raw.baseAddress else { return nil }
        return UnsafeRawPointer(base).loadUnaligned(fromByteOffset: start, as: UInt64.self)
    }

    private func dates(_ failures: inout [Int]) -> Column {
        var scan = TimeScan()
        let isPlain = rules.datePattern == nil
        return column(
            spans: .date, 0, &failures,
            { span in
                let text = text(span)
                if isPlain, text.count == 10, let base = text.baseAddress, let days = scan.date(base) { return days }
                return rules.date(text)
            }, { .int32($0) })
    }

    private func timestamps(zoned: Bool, _ failures: inout [Int]) -> Column {
        var scan = TimeScan()
        let isPlain = rules.timestampPattern == nil
        return column(
            spans: .timestamp(zoned: zoned), 0, &failures,
            { span in
                let text = text(span)
                // Without a zone, or with a Z where a zone may stand.
                if isPlain, let base = text.baseAddress, text.count == 19 || (zoned && text.count == 20 && base[19] == UInt8(ascii: "Z")),
                    let micros = scan.timestamp(base)
                {
                    return micros
                }
                return rules.timestamp(text, zoned: zoned)
            }, { .int64($0) })
    }

    @inline(__always)
    private func column<Element>(
        _ type: DataType, _ zero: Element, _ failures: inout [Int], _ parse: (UnsafeBufferPointer<UInt8>) -> Element?,
        _ storage: ([Element]) -> Column.Storage
    ) -> Column {
        column(spans: type, zero, &failures, { parse(text($0)) }, storage)
    }

    @inline(__always)
    private func column<Element>(
        spans type: DataType, _ zero: Element, _ failures: inout [Int], _ parse: (Span) -> Element?,
        _ storage: ([Element]) -> Column.Storage
    ) -> Column {
        var validity = ValidityBuilder(count: spans.count)
        var failed: [Int] = []
        let values = [Element](unsafeUninitializedCapacity: spans.count) { target, count in
            for row in spans.indices {
                let span = spans[row]
                if span != Self.null, let value = parse(span) {
                    (target.baseAddress! + row).initialize(to: value)
                } else {
                    (target.baseAddress! + row).initialize(to: zero)
                    validity.setNull(row)
                    if span != Self.null { failed.append(row) }
                }
            }
            count = spans.count
        }
        failures.append(contentsOf: failed)
        return Column(type, storage(values), validity: type == .null ? nil : validity.bitmap)
    }

    private func texts() -> Column {
        var total = 0
        for span in spans where span != Self.null { total += Int(span & 0xFFFF_FFFF) }
        precondition(total <= Int(Int32.max), "a column of bytes is over 2 GiB; batches are kept smaller")
        var validity = ValidityBuilder(count: spans.count)
        var data: [UInt8] = []
        let offsets = [Int32](unsafeUninitializedCapacity: spans.count + 1) { offsets, offsetCount in
            offsetCount = spans.count + 1
            offsets.initializeElement(at: 0, to: 0)
            data = [UInt8](unsafeUninitializedCapacity: total + Self.shortText) { target, count in
                for row in spans.indices {
                    let span = spans[row]
                    if span == Self.null {
                        validity.setNull(row)
                    } else {
                        count += copy(span, to: target.baseAddress! + count, room: total &+ Self.shortText &- count)
                    }
                    offsets.initializeElement(at: row &+ 1, to: Int32(truncatingIfNeeded: count))
                }
            }
        }
        return Column(.string, .bytes(ByteRows(offsets: offsets, data: data)), validity: validity.bitmap)
    }

    /// Bytes that are copied at once, where there is so much room on both sides.
    private static let shortText = 16

    @inline(__always)
    private func copy(_ span: Span, to target: UnsafeMutablePointer<UInt8>, room: Int) -> Int {
        let source = text(span)
        guard let base = source.baseAddress else { return 0 }
        let start = Int(span &>> 32)
        if source.count <= Self.shortText, start &+ Self.shortText <= raw.count, room >= Self.shortText {
            let words = UnsafeRawPointer(base).loadUnaligned(as: SIMD2<UInt64>.self)
            UnsafeMutableRawPointer(target).storeBytes(of: words, as: SIMD2<UInt64>.self)
        } else {
            target.initialize(from: base, count: source.count)
        }
        return source.count
    }

    /// Binary values are base64, as the writers make them.
    private func binaries(_ failures: inout [Int]) -> Column {
        var validity = ValidityBuilder(count: spans.count)
        var rows = ByteRows()
        for row in spans.indices {
            if spans[row] != Self.null, let bytes = Base64.decode(text(spans[row])) {
                rows.append(bytes)
                continue
            }
            rows.endRow()
            validity.setNull(row)
            if spans[row] != Self.null { failures.append(row) }
        }
        return Column(.binary, .bytes(rows), validity: validity.bitmap)
    }

    /// The first alternative that a text fits, of which a string is the last: every text would fit that.
    private func choice(_ types: [DataType], _ failures: inout [Int]) -> Column {
        let order = types.indices.sorted { (types[$0] == .string ? 1 : 0, $0) < (types[$1] == .string ? 1 : 0, $1) }
        var tags = [UInt8](repeating: UInt8(order[0]), count: spans.count)
        var alternatives = types.map { Column.nulls($0, count: spans.count) }
        var open = [Int](spans.indices)
        for index in order where !open.isEmpty {
            var failed: [Int] = []
            alternatives[index] = column(types[index], failures: &failed)
            let stillOpen = Set(failed)
            for row in open where !stillOpen.contains(row) { tags[row] = UInt8(index) }
            open = open.filter(stillOpen.contains)
        }
        failures.append(contentsOf: open)
        return .choice(tags: tags, alternatives: alternatives)
    }

    /// Lists, maps and structs in a text format are JSON, as the writers make them.
    private func nested(_ type: DataType, _ failures: inout [Int]) -> Column {
        var columns = JSONColumns()
        let root = columns.add(type)
        for row in spans.indices {
            if spans[row] == Self.null {
                columns.appendNull(root)
                continue
            }
            var reader = JSONReader(text(spans[row]))
            do throws(JSONFault) {
                try columns.read(root, &reader, depth: 0)
                try reader.expectEnd()
            } catch {
                columns.settle(root, row)
                columns.appendNull(root)
                failures.append(row)
            }
        }
        return columns.column(root)
    }
}

/// A validity bitmap that costs nothing until the first null.
struct ValidityBuilder {
    private var words: [UInt64] = []
    private let count: Int

    init(count: Int) { self.count = count }

    @inline(__always)
    mutating func setNull(_ row: Int) {
        if words.isEmpty { words = [UInt64](repeating: .max, count: (count + 63) / 64) }
        words[row &>> 6] &= ~(1 &<< UInt64(truncatingIfNeeded: row & 63))
    }

    var bitmap: Bitmap? { words.isEmpty ? nil : Bitmap(words: words, count: count) }
}

extension Float {
    /// Nil for a finite double that is too large.
    init?(inRange number: Double) {
        self.init(number)
        if isInfinite, number.isFinite { return nil }
    }
}
