import Glibc
import SluiceCore

/// The values of one node, as places in the text, and their conversion to a typed column in one tight loop.
struct JSONValues {
    typealias Text = UnsafeBufferPointer<UInt8>

    let rows: UnsafeBufferPointer<UInt64>
    let bytes: Text
    let escapes: UnsafePointer<UInt64>

    /// The column; rows whose value does not fit are in `failures` and null.
    func column(_ type: DataType, _ failures: inout [Int]) -> Column {
        switch type {
        case .null: column(type, 0 as UInt8, &failures, { _ in nil }, { .null($0.count) })
        case .boolean: column(type, false, &failures, boolean) { .boolean(Bitmap($0)) }
        case .int8: column(type, 0, &failures, { integer($0).flatMap(Int8.init(exactly:)) }, { .int8($0) })
        case .int16: column(type, 0, &failures, { integer($0).flatMap(Int16.init(exactly:)) }, { .int16($0) })
        case .int32: column(type, 0, &failures, { integer($0).flatMap(Int32.init(exactly:)) }, { .int32($0) })
        case .int64: column(type, 0, &failures, integer, { .int64($0) })
        case .float32: column(type, 0, &failures, { float($0).flatMap(Float.init(inRange:)) }, { .float32($0) })
        case .float64: column(type, 0, &failures, float, { .float64($0) })
        case .decimal(let precision, let scale):
            column(type, 0, &failures, { decimal($0, precision, scale) }, { .decimal($0) })
        case .date: column(type, 0, &failures, { text($0, TimeText.date) ?? nil }, { .int32($0) })
        case .timestamp(let zoned):
            column(type, 0, &failures, { text($0) { TextRules().timestamp($0, zoned: zoned) } ?? nil }, { .int64($0) })
        case .string: texts(&failures)
        case .binary: binaries(&failures)
        case .list, .structure, .map, .choice: nested(type, &failures)
        }
    }

    @inline(__always)
    private func column<Element>(
        _ type: DataType, _ zero: Element, _ failures: inout [Int], _ parse: (Text) -> Element?, _ storage: ([Element]) -> Column.Storage
    ) -> Column {
        var validity = ValidityBuilder(count: rows.count)
        var failed: [Int] = []
        let values = [Element](unsafeUninitializedCapacity: rows.count) { target, count in
            let base = target.baseAddress
            for row in rows.indices {
                if let text = value(rows[row]) {
                    if let value = parse(text) {
                        (base! + row).initialize(to: value)
                        continue
                    }
                    failed.append(row)
                }
                (base! + row).initialize(to: zero)
                validity.setNull(row)
            }
            count = rows.count
        }
        failures.append(contentsOf: failed)
        return Column(type, storage(values), validity: type == .null ? nil : validity.bitmap)
    }

    /// A value's text; nil for null and for what is missing.
    @inline(__always)
    private func value(_ row: UInt64) -> Text? {
        if row == JSONTree.missing { return nil }
        let (start, length) = (Int(row &>> 32), Int(row & 0xFFFF_FFFF))
        let text = Text(start: bytes.baseAddress! + start, count: length)
        return text[0] == UInt8(ascii: "n") ? nil : text
    }

    // MARK: Scalars; the grammar was checked

    private func boolean(_ text: Text) -> Bool? {
        text[0] == UInt8(ascii: "t") ? true : text[0] == UInt8(ascii: "f") ? false : nil
    }

    @inline(__always)
    private func integer(_ text: Text) -> Int64? {
        var index = text[0] == UInt8(ascii: "-") ? 1 : 0
        guard text.count <= 18 else { return NumberText.integer(text) }
        var value: Int64 = 0
        while index < text.count {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value &* 10 &+ Int64(digit)
            index &+= 1
        }
        return text[0] == UInt8(ascii: "-") ? -value : value
    }

    /// Whether the value is a number, as a valid text shows by its first byte.
    @inline(__always)
    private func isNumber(_ text: Text) -> Bool { text[0] &- 0x30 < 10 || text[0] == UInt8(ascii: "-") }

    @inline(__always)
    private func float(_ text: Text) -> Double? {
        guard isNumber(text) else { return nil }
        return TextRules().float(text)
    }

    /// Decimals are numbers, or strings with the same text.
    private func decimal(_ text: Text, _ precision: Int, _ scale: Int) -> Int128? {
        if isNumber(text) { return NumberText.decimal(text, precision: precision, scale: scale) }
        return self.text(text) { NumberText.decimal($0, precision: precision, scale: scale) } ?? nil
    }

    // MARK: Texts

    /// What a string reads; nil for other values and for half of a surrogate pair.
    @inline(__always)
    private func text<Result>(_ value: Text, _ body: (Text) -> Result) -> Result? {
        guard value[0] == UInt8(ascii: "\"") else { return nil }
        let content = Text(rebasing: value[1..<(value.count &- 1)])
        if !hasEscape(content) { return body(content) }
        var reader = JSONReader(content)
        do throws(JSONFault) {
            try reader.unescape(0..<content.count)
        } catch {
            return nil
        }
        return reader.unescaped.withUnsafeBufferPointer(body)
    }

    @inline(__always)
    private func hasEscape(_ text: Text) -> Bool {
        guard let start = text.baseAddress, text.count > 0 else { return false }
        let offset = bytes.baseAddress!.distance(to: start)
        return JSONStructure.hasEscape(offset, offset &+ text.count, in: bytes.baseAddress!, escapes)
    }

    /// Strings without quotes, everything else as its JSON text.
    private func texts(_ failures: inout [Int]) -> Column {
        var total = 0
        for row in rows where row != JSONTree.missing { total &+= Int(row & 0xFFFF_FFFF) }
        precondition(total <= Int(Int32.max), "a column of bytes is over 2 GiB; batches are kept smaller")
        var validity = ValidityBuilder(count: rows.count)
        var failed: [Int] = []
        var offsets: [Int32] = []
        let data = [UInt8](unsafeUninitializedCapacity: total + Self.slack) { data, dataCount in
            offsets = [Int32](unsafeUninitializedCapacity: rows.count + 1) { offsets, offsetCount in
                offsets.initializeElement(at: 0, to: 0)
                for row in rows.indices {
                    if let value = value(rows[row]) {
                        if !append(value, to: data, &dataCount) {
                            validity.setNull(row)
                            failed.append(row)
                        }
                    } else {
                        validity.setNull(row)
                    }
                    offsets.initializeElement(at: row &+ 1, to: Int32(truncatingIfNeeded: dataCount))
                }
                offsetCount = rows.count + 1
            }
        }
        failures.append(contentsOf: failed)
        return Column(.string, .bytes(ByteRows(offsets: offsets, data: data)), validity: validity.bitmap)
    }

    /// Bytes that may be written behind a text.
    private static let slack = 32

    /// False for half of a surrogate pair.
    @inline(__always)
    private func append(_ value: Text, to data: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int) -> Bool {
        var content = value
        if value[0] == UInt8(ascii: "\"") {
            content = Text(rebasing: value[1..<(value.count &- 1)])
            if hasEscape(content) {
                return text(value) { unescaped -> Void in
                    _ = UnsafeMutableBufferPointer(rebasing: data[count...]).update(fromContentsOf: unescaped)
                    count &+= unescaped.count
                } != nil
            }
        }
        guard let source = content.baseAddress, content.count > 0 else { return true }
        let target = data.baseAddress! + count
        if content.count <= Self.slack, bytes.baseAddress!.distance(to: source) &+ Self.slack <= bytes.count {
            // Whole words, also beyond the text's end: quicker than asking for its length.
            let from = UnsafeRawPointer(source), to = UnsafeMutableRawPointer(target)
            to.storeBytes(of: from.loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
            if content.count > 16 {
                to.storeBytes(of: from.loadUnaligned(fromByteOffset: 16, as: SIMD16<UInt8>.self), toByteOffset: 16, as: SIMD16<UInt8>.self)
            }
        } else {
            memcpy(target, source, content.count)
        }
        count &+= content.count
        return true
    }

    /// Binary values are base64, as the writers make them.
    private func binaries(_ failures: inout [Int]) -> Column {
        var validity = ValidityBuilder(count: rows.count)
        var result = ByteRows(reservingRows: rows.count, bytes: 0)
        for row in rows.indices {
            if let value = value(rows[row]) {
                if let decoded = text(value, { Base64.decode($0) }) ?? nil {
                    result.append(decoded)
                    continue
                }
                failures.append(row)
            }
            result.endRow()
            validity.setNull(row)
        }
        return Column(.binary, .bytes(result), validity: validity.bitmap)
    }

    /// Values whose type depends on what they are.
    private func nested(_ type: DataType, _ failures: inout [Int]) -> Column {
        var columns = JSONColumns()
        let root = columns.add(type)
        for row in rows.indices {
            guard let value = value(rows[row]) else {
                columns.appendNull(root)
                continue
            }
            var reader = JSONReader(value)
            do throws(JSONFault) {
                try columns.read(root, &reader, depth: 0)
            } catch {
                columns.settle(root, row)
                columns.appendNull(root)
                failures.append(row)
            }
        }
        return columns.column(root)
    }
}
