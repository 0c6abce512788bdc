import SluiceCore

enum TypeOf: ScalarFunction {
    static let manual = Manual(
        "typeof", .nested, "typeof(value)", arguments: 1...1,
        "The name of the value's type; of a choice the type that the row's value came in, null for a null.",
        [
            Example("typeof(1)", yields: "'int64'"), Example("typeof(['a'])", yields: "'list<string>'"),
            Example("typeof(1.5)", yields: "'float64'"),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let operand = try call.any(0)
        guard case .choice(let types) = operand.type else {
            return ConstantNode(value: .texts(ByteRows(texts: [operand.type.description])))
        }
        let names = Column.texts(ByteRows(texts: types.map(\.description)))
        return KernelNode(.string, [operand.node]) { input, _ in
            guard case .choice(let tags, _) = input[0].spread(input.rowCount).storage else { preconditionFailure("a choice's storage") }
            return names.gather(tags.map { Int32($0) })
        }
    }
}
