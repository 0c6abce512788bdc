/// What a value of a definition looks like: one description that checks a definition and is its JSON Schema.
///
/// Options of connectors and formats, and arguments of steps, are described with it.
package indirect enum ValueShape: Sendable {
    /// Any scalar, as text.
    case string
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case boolean
    /// One of these texts.
    case enumeration([String])
    /// An expression over columns, as text (a number alone is one, too).
    case expression
    /// The name of a column.
    case column
    /// The name of something, by its rule: letters, digits, `_` and `-`, beginning with a letter or digit.
    case name
    /// A length of time: `90 s`, `1 minute`.
    case timeSpan(ClosedRange<Int64>)
    /// A type's text: `int64`, `decimal(12,2)`, `list<string>`.
    case dataType
    /// A list with at least `minimum` items.
    case list(ValueShape, minimum: Int)
    /// One value, or a list of them.
    case oneOrMany(ValueShape)
    /// A mapping from any names to values of one shape, in the order of the text; `key` says what the names are.
    case mapping(key: String, ValueShape, minimum: Int)
    /// A mapping with these keys and no others.
    case object([OptionSpecification])
    /// The first of these that fits by kind (scalar, list, mapping).
    case either([ValueShape])
    /// Another source: a connector's name and its options.
    case source
    /// A sink: a connector's name and its options, which its reader checks.
    case sink
    /// A list of steps, which their reader checks.
    case steps
    /// A mapping or list that its reader checks.
    case anything

    /// Any whole number.
    package static let anyInteger = ValueShape.integer(.min ... .max)

    /// The shape in words, for messages.
    package var wanted: String {
        switch self {
        case .string: "a text"
        case .integer(let range) where range == .min ... .max: "a whole number"
        case .integer(let range) where range.upperBound == .max: "a whole number of at least \(range.lowerBound)"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a number from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
        case .boolean: "true or false"
        case .enumeration(let names): "one of " + names.joined(separator: ", ")
        case .expression: "an expression"
        case .column: "a column's name"
        case .name: "a name"
        case .timeSpan: "a length of time, such as 30 s or 1 minute"
        case .dataType: "a type"
        case .list(.anything, _): "a list"
        case .list(let item, _): "a list (each item \(item.wanted))"
        case .oneOrMany(let item): "\(item.wanted), or a list of them"
        case .mapping(let key, let value, _): "a mapping (\(key): \(value.wanted))"
        case .object: "a mapping (key: value)"
        case .either(let shapes): shapes.map(\.wanted).joined(separator: ", or ")
        case .source: "a source (a connector's name and its options)"
        case .sink: "a sink (a connector's name and its options)"
        case .steps: "a list of steps"
        case .anything: "a value"
        }
    }

    private static func text(_ number: Double) -> String { number == number.rounded() ? String(Int(number)) : "\(number)" }
}

/// One option of a connector, key of a step, or key of the definition itself: what `validate`, the JSON Schema and the docs know about it.
package struct OptionSpecification: Sendable {
    package var name: String
    package var shape: ValueShape
    package var isRequired: Bool
    /// The value that stands for an absent key, as YAML; nil: no value.
    package var defaultValue: String?
    /// One or two sentences.
    package var description: String
    /// Values as YAML.
    package var examples: [String]

    package init(
        _ name: String, _ shape: ValueShape, isRequired: Bool = false, default defaultValue: String? = nil, _ description: String,
        examples: [String] = []
    ) {
        self.name = name
        self.shape = shape
        self.isRequired = isRequired
        self.defaultValue = defaultValue
        self.description = description
        self.examples = examples
    }
}
