import SluiceCore

/// Builds one column from JSON values; a tree of them, one a type, builds a record's columns.
///
/// - Invariant: between records all nodes of a tree's level have as many rows as records were read; `settle` takes a half-read one back.
class JSONNode {
    final let type: DataType
    final private(set) var count = 0
    /// Rows that are null, ascending.
    private var nulls: [Int32] = []

    init(type: DataType) { self.type = type }

    /// A node for any type.
    static func make(_ type: DataType) -> JSONNode {
        switch type {
        case .null: JSONScalarNode(type, JSONNullRule())
        case .boolean: JSONScalarNode(type, JSONBooleanRule())
        case .int8: JSONScalarNode(type, JSONIntegerRule<Int8> { .int8($0) })
        case .int16: JSONScalarNode(type, JSONIntegerRule<Int16> { .int16($0) })
        case .int32: JSONScalarNode(type, JSONIntegerRule<Int32> { .int32($0) })
        case .int64: JSONScalarNode(type, JSONIntegerRule<Int64> { .int64($0) })
        case .float32: JSONScalarNode(type, JSONFloatRule())
        case .float64: JSONScalarNode(type, JSONDoubleRule())
        case .decimal(let precision, let scale): JSONScalarNode(type, JSONDecimalRule(precision: precision, scale: scale))
        case .date: JSONScalarNode(type, JSONDateRule())
        case .timestamp(let zoned): JSONScalarNode(type, JSONTimestampRule(zoned: zoned))
        case .string: JSONStringNode()
        case .binary: JSONBinaryNode()
        case .list(let element): JSONListNode(element)
        case .structure(let fields): JSONObjectNode(fields)
        }
    }

    /// Reads the value at the reader's position into a new row.
    ///
    /// - Throws: `doesNotFit` or what the grammar finds; the caller settles the tree then.
    func read(_ reader: inout JSONReader, depth: Int) throws(JSONFault) { preconditionFailure("a node reads its own kind") }
    /// Adds what stands under a null.
    func appendZero() { preconditionFailure("a node has its own buffer") }
    func truncate(to count: Int) { preconditionFailure("a node has its own buffer") }
    func storage() -> Column.Storage { preconditionFailure("a node has its own buffer") }

    final func appendNull() {
        nulls.append(Int32(truncatingIfNeeded: count))
        appendZero()
        count += 1
    }

    @inline(__always) final func appended() { count += 1 }

    /// Drops rows beyond `rows`, also the parts of one that was not finished.
    final func settle(_ rows: Int) {
        truncate(to: rows)
        while let last = nulls.last, last >= rows { nulls.removeLast() }
        count = min(count, rows)
    }

    final func finish() -> Column {
        guard type != .null else { return Column(.null, .null(count)) }
        var validity: Bitmap?
        if !nulls.isEmpty {
            var bits = Bitmap(repeating: true, count: count)
            for row in nulls { bits[Int(row)] = false }
            validity = bits
        }
        return Column(type, storage(), validity: validity)
    }

    /// The fault of a value that is not of this node's type.
    final func mismatch(_ reader: JSONReader, _ token: JSONReader.Token) -> JSONFault {
        let isText = token.kind == .string || token.kind == .escapedString
        let range = isText ? (token.range.lowerBound - 1)..<(token.range.upperBound + 1) : token.range
        var whole = reader
        var end = range.upperBound
        if token.kind == .object || token.kind == .array, (try? whole.skipValue(depth: 0)) != nil { end = whole.position }
        return JSONFault(offset: range.lowerBound, reason: .doesNotFit(type.description, length: end - range.lowerBound))
    }
}

/// Offsets and bytes of texts.
class JSONBytesNode: JSONNode {
    final fileprivate(set) var offsets: [Int32] = [0]
    final fileprivate(set) var data: [UInt8] = []

    final override func appendZero() { offsets.append(Int32(truncatingIfNeeded: data.count)) }

    final override func truncate(to count: Int) {
        guard offsets.count > count + 1 else { return }
        offsets.removeLast(offsets.count - count - 1)
        data.removeLast(data.count - Int(offsets[count]))
    }

    final override func storage() -> Column.Storage { .bytes(ByteRows(offsets: offsets, data: data)) }
}

/// Texts. A number, truth value, list or object in a text column is kept as its JSON text, so that nothing is lost where a member comes in
/// more than one type.
final class JSONStringNode: JSONBytesNode {
    init() { super.init(type: .string) }

    override func read(_ reader: inout JSONReader, depth: Int) throws(JSONFault) {
        let token = try reader.token()
        switch token.kind {
        case .null: return appendNull()
        case .escapedString:
            try reader.unescape(token.range)
            data.append(contentsOf: reader.unescaped)
        case .object, .array:
            try reader.skipValue(depth: depth)
            data.append(contentsOf: UnsafeBufferPointer(rebasing: reader.bytes[token.range.lowerBound..<reader.position]))
        default: data.append(contentsOf: UnsafeBufferPointer(rebasing: reader.bytes[token.range]))
        }
        precondition(data.count <= Int(Int32.max), "a column of bytes is over 2 GiB; batches are kept smaller")
        appendZero()
        appended()
    }
}

/// Binary values, from base64 as the writer makes it.
final class JSONBinaryNode: JSONBytesNode {
    init() { super.init(type: .binary) }

    override func read(_ reader: inout JSONReader, depth: Int) throws(JSONFault) {
        let token = try reader.token()
        switch token.kind {
        case .null: return appendNull()
        case .string, .escapedString:
            guard let bytes = try reader.withText(token, { Base64.decode($0) }) else { throw mismatch(reader, token) }
            data.append(contentsOf: bytes)
            appendZero()
            appended()
        default: throw mismatch(reader, token)
        }
    }
}
