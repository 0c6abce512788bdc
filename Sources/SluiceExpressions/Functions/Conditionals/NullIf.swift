import SluiceCore

enum NullIf: ScalarFunction {
    static let manual = Manual(
        "nullif", .conditionals, "nullif(value, other)", arguments: 2...2,
        "Null where both are equal, else the value: for codes that mean \"unknown\", and for divisors that may be 0.",
        [Example("nullif('-', '-')", yields: "NULL"), Example("10 / nullif(4, 0)", yields: "2.5"), Example("nullif(1, NULL)", yields: "1")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let (type, nodes) = try call.comparable()
        return KernelNode(type, nodes, propagatesNull: false, makesNull: true) { input, _ in
            let count = input.rowCount
            let column = input[0].spread(count)
            return column.masked(~(LogicNodes.sameRows(input[0], input[1], count)))
        }
    }
}
