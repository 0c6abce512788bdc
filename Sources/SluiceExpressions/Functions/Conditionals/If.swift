import SluiceCore

enum If: ScalarFunction {
    static let manual = Manual(
        "if", aliases: ["iff"], .conditionals, "if(condition, value, otherwise)", arguments: 3...3,
        "The value where the condition is true, else the other one; only the one that is chosen is evaluated.",
        [Example("if(1 < 2, 'less', 'more')", yields: "'less'"), Example("if(NULL, 1, 2)", yields: "2")])

    static func bind(_ call: Call) throws(ExpressionError) -> any BoundNode {
        let condition = try call.argument(0, as: .boolean, "a condition")
        let (type, results) = try call.unified(from: 1)
        return CaseNode(type: type, tested: nil, branches: [(condition, results[0])], otherwise: results[1])
    }
}
