import SluiceCore

/// How one scalar type is read from a token; nil: the token does not fit.
protocol JSONScalarRule {
    associatedtype Element
    static var zero: Element { get }
    func read(_ reader: inout JSONReader, _ token: JSONReader.Token) throws(JSONFault) -> Element?
    func storage(_ values: [Element]) -> Column.Storage
}

/// A column of fixed-size values.
final class JSONScalarNode<Rule: JSONScalarRule>: JSONNode {
    private let rule: Rule
    private var values: [Rule.Element] = []

    init(_ type: DataType, _ rule: Rule) {
        self.rule = rule
        super.init(type: type)
    }

    override func read(_ reader: inout JSONReader, depth: Int) throws(JSONFault) {
        let token = try reader.token()
        if token.kind == .null { return appendNull() }
        guard let value = try rule.read(&reader, token) else { throw mismatch(reader, token) }
        values.append(value)
        appended()
    }

    override func appendZero() { values.append(Rule.zero) }
    override func truncate(to count: Int) { if values.count > count { values.removeLast(values.count - count) } }
    override func storage() -> Column.Storage { rule.storage(values) }
}

extension JSONReader {
    /// The text of a number token; nil for any other.
    @inline(__always)
    fileprivate func number(_ token: Token) -> UnsafeBufferPointer<UInt8>? {
        guard token.kind == .integer || token.kind == .number else { return nil }
        return UnsafeBufferPointer(rebasing: bytes[token.range])
    }

    @inline(__always)
    fileprivate mutating func text<Result>(
        _ token: Token, _ parse: (UnsafeBufferPointer<UInt8>) -> Result?
    ) throws(JSONFault) -> Result? {
        guard token.kind == .string || token.kind == .escapedString else { return nil }
        return try withText(token, parse)
    }
}

struct JSONNullRule: JSONScalarRule {
    static var zero: UInt8 { 0 }
    func read(_ reader: inout JSONReader, _ token: JSONReader.Token) -> UInt8? { nil }
    func storage(_ values: [UInt8]) -> Column.Storage { .null(values.count) }
}

struct JSONBooleanRule: JSONScalarRule {
    static var zero: Bool { false }
    func read(_ reader: inout JSONReader, _ token: JSONReader.Token) -> Bool? {
        token.kind == .yes ? true : token.kind == .no ? false : nil
    }
    func storage(_ values: [Bool]) -> Column.Storage { .boolean(Bitmap(values)) }
}

struct JSONIntegerRule<Element: FixedWidthInteger>: JSONScalarRule {
    static var zero: Element { 0 }
    let wrap: ([Element]) -> Column.Storage
    init(_ wrap: @escaping ([Element]) -> Column.Storage) { self.wrap = wrap }
    func read(_ reader: inout JSONReader, _ token: JSONReader.Token) -> Element? {
        guard token.kind == .integer, let text = reader.number(token) else { return nil }
        return NumberText.integer(text).flatMap(Element.init(exactly:))
    }
    func storage(_ values: [Element]) -> Column.Storage { wrap(values) }
}

struct JSONDoubleRule: JSONScalarRule {
    static var zero: Double { 0 }
    func read(_ reader: inout JSONReader, _ token: JSONReader.Token) -> Double? { reader.number(token).flatMap(TextRules().float) }
    func storage(_ values: [Double]) -> Column.Storage { .float64(values) }
}

struct JSONFloatRule: JSONScalarRule {
    static var zero: Float { 0 }
    func read(_ reader: inout JSONReader, _ token: JSONReader.Token) -> Float? {
        reader.number(token).flatMap(TextRules().float).flatMap(Float.init(inRange:))
    }
    func storage(_ values: [Float]) -> Column.Storage { .float32(values) }
}

/// Decimals are numbers, or strings with the same text.
struct JSONDecimalRule: JSONScalarRule {
    static var zero: Int128 { 0 }
    let precision: Int
    let scale: Int
    func read(_ reader: inout JSONReader, _ token: JSONReader.Token) throws(JSONFault) -> Int128? {
        if let text = reader.number(token) { return NumberText.decimal(text, precision: precision, scale: scale) }
        return try reader.text(token) { NumberText.decimal($0, precision: precision, scale: scale) }
    }
    func storage(_ values: [Int128]) -> Column.Storage { .decimal(values) }
}

struct JSONDateRule: JSONScalarRule {
    static var zero: Int32 { 0 }
    func read(_ reader: inout JSONReader, _ token: JSONReader.Token) throws(JSONFault) -> Int32? {
        try reader.text(token) { TimeText.date($0) }
    }
    func storage(_ values: [Int32]) -> Column.Storage { .int32(values) }
}

struct JSONTimestampRule: JSONScalarRule {
    static var zero: Int64 { 0 }
    let zoned: Bool
    func read(_ reader: inout JSONReader, _ token: JSONReader.Token) throws(JSONFault) -> Int64? {
        try reader.text(token) { TextRules().timestamp($0, zoned: zoned) }
    }
    func storage(_ values: [Int64]) -> Column.Storage { .int64(values) }
}
