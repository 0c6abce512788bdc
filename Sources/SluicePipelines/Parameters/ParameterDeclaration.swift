import SluiceCore

/// One entry of a definition's `parameters`.
struct ParameterDeclaration: Sendable {
    var name: String
    var type: ParameterType
    /// As it stands in the definition; nil: a value has to be given.
    var defaultNode: DefinitionNode?
    var isSecret: Bool
    var location: SourceLocation?

    /// What may stand under a parameter's name.
    static let specifications: [OptionSpecification] = [
        OptionSpecification(
            "type", .enumeration(ParameterType.allCases.map(\.rawValue)), default: "string",
            "What values are; anything else is refused before the run."),
        OptionSpecification("default", .string, "The value where none is given; without it one has to be given.", examples: ["2024-03-01"]),
        OptionSpecification("description", .string, "What the parameter is for."),
        OptionSpecification("secret", .boolean, default: "false", "Whether the value is hidden wherever it would be shown or recorded."),
    ]

    static let specification = OptionSpecification(
        "parameters", .mapping(key: "name", .object(specifications), minimum: 0),
        "Values that a run is given (`--param name=value`), which `${name}` in any value stands for.",
        examples: ["{day: {type: date, default: 2024-03-01}}"])

    /// The declarations of a definition, in their order.
    ///
    /// - Throws: everything that is wrong with them, placed.
    static func all(in root: DefinitionNode, connectors: ConnectorRegistry) throws -> [ParameterDeclaration] {
        guard let node = root[key: "parameters"] else { return [] }
        var errors = ErrorCollector()
        errors.add(contentsOf: specification.shape.errors(in: node, connectors: connectors))
        try errors.throwIfAny()
        let declarations = try node.mapping().compactMap { entry in try errors.attempt { try ParameterDeclaration(entry) } }
        try errors.throwIfAny()
        return declarations
    }

    private init(_ entry: DefinitionNode.Entry) throws(SluiceError) {
        guard DefinitionNode.isName(entry.key) else {
            throw SluiceError(
                .invalidOption, "a parameter cannot be called \(entry.key.quotedForMessage)", at: entry.keyLocation,
                remedy: "use letters, digits, \"_\" and \"-\", beginning with a letter or digit")
        }
        name = entry.key
        type = try entry.value[key: "type"]?.enumeration(ParameterType.self) ?? .string
        defaultNode = entry.value[key: "default"]
        isSecret = try entry.value[key: "secret"]?.boolean() ?? false
        location = entry.keyLocation
    }
}

/// A parameter with the value that a load gave it.
package struct ParameterValue: Hashable, Sendable {
    package var name: String
    package var type: ParameterType
    package var text: String
}
