import Glibc
package import SluiceCore

/// What a definition is completed with when it is loaded: values of its parameters, the environment, and secrets.
package struct DefinitionInputs: Sendable {
    /// In the order in which they were given; a later one of the same name wins.
    package var parameters: [GivenParameter]
    /// The value of a variable, nil where it is not set.
    package var environment: @Sendable (String) -> String?
    package var secrets: SecretSource
    /// Changes the definition between its completion and its checks: a test puts its inputs in place of the sources.
    package var adapt: (@Sendable (DefinitionNode) throws -> DefinitionNode)?

    package init(
        parameters: [GivenParameter] = [],
        environment: @escaping @Sendable (String) -> String? = { name in getenv(name).map { String(cString: $0) } },
        secrets: SecretSource = .none
    ) {
        self.parameters = parameters
        self.environment = environment
        self.secrets = secrets
    }
}

/// A parameter's value from outside of the definition.
package struct GivenParameter: Sendable {
    package var name: String
    package var text: String
    /// A line of a file, or the option of a command line.
    package var location: SourceLocation?

    package init(name: String, text: String, location: SourceLocation?) {
        self.name = name
        self.text = text
        self.location = location
    }

    /// The entries of a file: a mapping from names to scalars.
    ///
    /// - Throws: what is wrong with the file, placed.
    package static func file(_ path: String) throws -> [GivenParameter] {
        let root = try YAMLReader.read(DefinitionDocument(path: path, text: DefinitionFile.read(path)))
        return try parameters(in: root)
    }

    /// The entries of a mapping from names to scalars.
    package static func parameters(in node: DefinitionNode) throws(SluiceError) -> [GivenParameter] {
        guard case .mapping(let entries) = node.content else { throw node.wrongType("a mapping (parameter: value)") }
        var given: [GivenParameter] = []
        for entry in entries {
            given.append(
                GivenParameter(name: entry.key, text: try entry.value.string(), location: entry.value.location ?? entry.keyLocation))
        }
        return given
    }
}

/// Where `${secret:name}` finds values.
package struct SecretSource: Sendable {
    /// Nil where there is no secret of the name.
    package var value: @Sendable (String) throws -> String?
    /// All names, for suggestions.
    package var names: @Sendable () throws -> [String]

    package init(value: @escaping @Sendable (String) throws -> String?, names: @escaping @Sendable () throws -> [String]) {
        self.value = value
        self.names = names
    }

    package static let none = SecretSource(value: { _ in nil }, names: { [] })
}
