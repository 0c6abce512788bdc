import SluiceCatalog
package import SluiceCore

/// The values that references stand for while a definition is loaded.
struct ParameterScope {
    private(set) var values: [ParameterValue] = []
    /// Declared parameters whose values were refused, and those whose defaults refer to such ones.
    private var refused: Set<String> = []
    private let declared: [String]
    private let inputs: DefinitionInputs

    /// Gives every declared parameter its value: what was given, otherwise its default.
    ///
    /// - Throws: everything that is wrong with the values, and with values for parameters that are not declared.
    init(_ declarations: [ParameterDeclaration], _ inputs: DefinitionInputs) throws {
        declared = declarations.map(\.name)
        self.inputs = inputs
        var errors = ErrorCollector()
        for given in inputs.parameters where !declared.contains(given.name) {
            try errors.add(
                SluiceError(
                    .unknownParameter, "the definition has no parameter \(given.name.quotedForMessage)", at: given.location,
                    remedy: Suggestion.remedy(for: given.name, in: declared, noun: "parameters")
                        ?? "declare it under `parameters:`, or leave it out"))
        }
        for declaration in declarations {
            do {
                if let value = try errors.attempt({ try value(of: declaration) }) {
                    values.append(value)
                    continue
                }
            } catch is RefusedParameter {
                // What is wrong with the other one has been said.
            }
            refused.insert(declaration.name)
        }
        try errors.throwIfAny()
    }

    private func value(of declaration: ParameterDeclaration) throws -> ParameterValue {
        let name = declaration.name
        if let given = inputs.parameters.last(where: { $0.name == name }) {
            return try checked(given.text, declaration, at: given.location)
        }
        guard let node = declaration.defaultNode else {
            throw SluiceError(
                .missingParameter, "parameter \(name.quotedForMessage) has no value and no default", at: declaration.location,
                remedy: "give one with --param \(name)=…, which is \(declaration.type.wanted)")
        }
        return try checked(try substituted(node).string(), declaration, at: node.location)
    }

    private func checked(_ text: String, _ declaration: ParameterDeclaration, at location: SourceLocation?) throws -> ParameterValue {
        if declaration.isSecret {
            guard text.utf8.count >= KnownSecrets.minimumBytes else {
                throw SluiceError(
                    .wrongParameter, "the secret parameter \(declaration.name.quotedForMessage) is too short to be hidden", at: location,
                    remedy: "give it at least \(KnownSecrets.minimumBytes) bytes")
            }
            KnownSecrets.add(text)
        }
        guard declaration.type.admits(text) else {
            throw SluiceError(
                .wrongParameter,
                "parameter \(declaration.name.quotedForMessage) is \(declaration.type.wanted), and not \(text.quotedForMessage)",
                at: location,
                remedy: "its type is \(declaration.type.rawValue), as `parameters:` says")
        }
        return ParameterValue(name: declaration.name, type: declaration.type, text: text)
    }

    // MARK: References

    /// The node with the values of its references, and of those inside of it.
    ///
    /// - Parameter without: Keys at the top whose values stay as they are.
    func substituted(_ node: DefinitionNode, without: Set<String> = []) throws -> DefinitionNode {
        var errors = ErrorCollector()
        let result = try substituted(node, without, &errors)
        try errors.throwIfAny()
        return result
    }

    private func substituted(_ node: DefinitionNode, _ without: Set<String>, _ errors: inout ErrorCollector) throws -> DefinitionNode {
        var copy = node
        switch node.content {
        case .null: break
        case .scalar(let text, let style):
            if let scalar = try errors.attempt({ try substituted(text, style, in: node) }) { copy = scalar }
        case .list(let items):
            var substitutes: [DefinitionNode] = []
            for item in items { substitutes.append(try substituted(item, [], &errors)) }
            copy.content = .list(substitutes)
        case .mapping(let entries):
            var substitutes: [DefinitionNode.Entry] = []
            for entry in entries {
                var changed = entry
                if !without.contains(entry.key) { changed.value = try substituted(entry.value, [], &errors) }
                if let key = try errors.attempt({ try Self.key(entry) }) { changed.key = key }
                substitutes.append(changed)
            }
            copy.content = .mapping(substitutes)
        }
        return copy
    }

    /// A key holds no references; only what stands for `${` itself means something in it.
    private static func key(_ entry: DefinitionNode.Entry) throws(SluiceError) -> String {
        let unescaped = entry.key.replacing("$${", with: "${")
        guard unescaped == entry.key, entry.key.contains("${") else { return unescaped }
        throw SluiceError(
            .invalidOption, "a key cannot hold a reference: \(entry.key.quotedForMessage)", at: entry.keyLocation,
            remedy: "references stand in values; write $${ for the text itself")
    }

    private func substituted(_ text: String, _ style: DefinitionNode.ScalarStyle, in node: DefinitionNode) throws -> DefinitionNode {
        let reference: ReferenceText?
        do {
            reference = try ReferenceText(text)
        } catch {
            throw SluiceError(
                .unknownParameter, "a reference ${… without its }", at: node.location(ofScalar: error.offset),
                remedy: "close it, or write $${ for the text itself")
        }
        guard let reference else { return node }
        var written = WrittenScalar(text: text, style: style)
        var value = ""
        var isTyped = false
        for (part, start) in reference.parts {
            let valueStart = value.unicodeScalars.count
            switch part {
            case .text(let plain):
                written.pieces.append((valueStart, start, false))
                value += plain
            case .reference(let content):
                written.pieces.append((valueStart, start, true))
                let found = try resolve(content, at: node.location(ofScalar: start))
                isTyped = found.isTyped && reference.parts.count == 1
                value += found.text
            }
        }
        var copy = node
        copy.content = .scalar(value, isTyped ? .plain : style == .plain ? .doubleQuoted : style)
        copy.written = written
        return copy
    }

    private func resolve(_ content: String, at location: SourceLocation?) throws -> (text: String, isTyped: Bool) {
        let parts = content.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            let value = try parameter(content, at: location)
            return (value.text, value.type.isTyped)
        }
        switch parts[0] {
        case "env": return (try variable(parts[1], at: location), false)
        case "secret": return (try secret(parts[1], at: location), false)
        case "sql":
            let value = try parameter(parts[1], at: location)
            return (value.type.literal(value.text), false)
        default:
            throw SluiceError(
                .unknownParameter, "a reference cannot begin with \((parts[0] + ":").quotedForMessage)", at: location,
                remedy: Suggestion.nearest(to: parts[0], in: ["env", "secret", "sql"]).map { "did you mean \"${\($0):\(parts[1])}\"?" }
                    ?? "write ${name}, ${sql:name}, ${env:NAME} or ${secret:name}; $${ stands for the text itself")
        }
    }

    private func parameter(_ name: String, at location: SourceLocation?) throws -> ParameterValue {
        if let value = values.first(where: { $0.name == name }) { return value }
        if refused.contains(name) { throw RefusedParameter() }
        if declared.contains(name) {
            throw SluiceError(
                .unknownParameter, "parameter \(name.quotedForMessage) is declared further down", at: location,
                remedy: "a default can refer to the parameters before it")
        }
        throw SluiceError(
            .unknownParameter, "there is no parameter \(name.quotedForMessage)", at: location,
            remedy: Suggestion.nearest(to: name, in: declared).map { "did you mean \"\($0)\"?" }
                ?? "declare it under `parameters:`; ${env:NAME} is a variable of the environment, and $${ stands for the text itself")
    }

    private func variable(_ name: String, at location: SourceLocation?) throws(SluiceError) -> String {
        if let value = inputs.environment(name) { return value }
        throw SluiceError(
            .unknownParameter, "the environment has no variable \(name.quotedForMessage)", at: location,
            remedy: "set it, or declare a parameter with a default")
    }

    private func secret(_ name: String, at location: SourceLocation?) throws -> String {
        if let value = try inputs.secrets.value(name) { return value }
        throw SluiceError(
            .unknownSecret, "there is no secret \(name.quotedForMessage)", at: location,
            remedy: Suggestion.nearest(to: name, in: try inputs.secrets.names()).map { "did you mean \"\($0)\"?" }
                ?? "`secrets set \(name)` keeps one, encrypted")
    }
}

/// A reference to a parameter whose own value was refused already.
private struct RefusedParameter: Error {}

extension SluiceError.Code {
    package static let unknownParameter = Self("unknown-parameter", .definition)
    package static let missingParameter = Self("missing-parameter", .definition)
    package static let wrongParameter = Self("wrong-parameter", .definition)
    package static let unknownSecret = Self("unknown-secret", .definition)
}
