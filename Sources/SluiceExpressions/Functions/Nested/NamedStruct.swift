import SluiceCore

enum NamedStruct: ScalarFunction {
    static let manual = Manual(
        "named_struct", .nested, "named_struct(name, value, …)", arguments: 2...(.max), "A struct of members with constant names.",
        [
            Example("named_struct('id', 7, 'tag', 'a').tag", yields: "'a'"),
            Example("to_json(named_struct('id', 7))", yields: #"'{"id":7}'"#),
        ])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        guard call.count % 2 == 0 else {
            throw ExpressionError(
                .typeError, "named_struct takes pairs of a name and a value", call.range, remedy: "its form is \(manual.signature)")
        }
        var fields: [Field] = []
        var nodes: [any BoundNode] = []
        for index in stride(from: 0, to: call.count, by: 2) {
            let name = try call.constantText(index)
            let node = try call.any(index + 1).node
            guard !fields.contains(where: { $0.name == name }) else {
                throw ExpressionError(.typeError, "member \"\(name)\" stands twice", call.syntax[index].range)
            }
            fields.append(Field(name, node.type))
            nodes.append(node)
        }
        let type = DataType.structure(fields)
        return KernelNode(type, nodes, propagatesNull: false) { input, _ in
            Column(type, .structure(input.arguments.map { $0.spread(input.rowCount) }, count: input.rowCount))
        }
    }
}
