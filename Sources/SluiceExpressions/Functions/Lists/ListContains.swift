import SluiceCore

enum ListContains: ScalarFunction {
    static let manual = Manual(
        "list_contains", aliases: ["array_contains", "list_has"], .lists, "list_contains(list, value)", arguments: 2...2,
        "Whether an element equals the value.",
        [Example("list_contains(['a', 'b'], 'b')", yields: "true"), Example("list_contains([1, NULL], 2)", yields: "false")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let (list, element) = try call.list(0)
        var value = try call.any(1)
        // A literal adapts to the elements; anything else may widen them.
        if let same = value.coerced(to: element) { value = same }
        guard let type = DataType.common(element, value.type), let lists = Operand(list, call.syntax[0].range).coerced(to: .list(type)),
            let values = value.coerced(to: type)
        else {
            throw call.mismatch(1, "a value like the elements, which are \(element)")
        }
        return KernelNode(.boolean, [lists.node, values.node]) { input, _ in
            let (offsets, elements) = input[0].spread(input.rowCount).lists
            let parents = parentRows(offsets)
            let wanted = input[1].isConstant ? input[1] : Vector(column: input[1].column.gather(parents))
            let equal = ComparisonKernel.bits(.equal, Vector(column: elements), wanted, count: elements.count)
            var bits = Bitmap(repeating: false, count: input.rowCount)
            (elements.type == .null ? Bitmap(repeating: false, count: elements.count) : equal & elements.explicitValidity)
                .forEachSet { bits[Int(parents[$0])] = true }
            return .booleans(bits)
        }
    }
}
