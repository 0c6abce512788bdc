import SluiceCore

enum TypeOf: ScalarFunction {
    static let manual = Manual(
        "typeof", .nested, "typeof(value)", arguments: 1...1, "The name of the value's type.",
        [
            Example("typeof(1)", yields: "'int64'"), Example("typeof(['a'])", yields: "'list<string>'"),
            Example("typeof(1.5)", yields: "'float64'"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        ConstantNode(value: .texts(ByteRows(texts: [try call.any(0).type.description])))
    }
}
