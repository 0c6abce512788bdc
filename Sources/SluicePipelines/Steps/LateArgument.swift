import SluiceCore

/// `late`: what becomes of rows that came late.
struct LateArgument: Sendable {
    static let shape = ValueShape.either([
        .enumeration(WindowOperation.LateRows.allCases.map(\.rawValue)),
        .object([
            OptionSpecification(
                "output", .name, isRequired: true, "The name of a side output of the definition.", examples: ["late-rows"])
        ]),
    ])
    /// What may be said, behind a sentence that says which rows are meant.
    static let choices =
        "kept as a dead letter, counted and left out, or given to a side output (`{output: NAME}`). It never ends a run."

    let rows: WindowOperation.LateRows
    let output: String?

    /// - Parameter node: Nil where nothing is said.
    init(_ node: DefinitionNode?) throws {
        guard let node, node.isMapping else {
            rows = try node?.enumeration(WindowOperation.LateRows.self) ?? .deadLetter
            output = nil
            return
        }
        rows = .deadLetter
        output = try node.require("output").string()
    }
}
