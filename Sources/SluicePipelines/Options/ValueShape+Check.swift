package import SluiceCore

extension ValueShape {
    /// Everything that does not fit, each placed; empty when the value is as described. Names of columns and expressions are checked later.
    ///
    /// - Parameter connectors: what `source` may name.
    package func errors(in node: DefinitionNode, connectors: ConnectorRegistry) -> [SluiceError] {
        switch self {
        case .anything, .sink: return []
        case .steps:
            return node.isList ? [] : [node.wrongType(wanted, remedy: node.isMapping ? "begin each step with \"- \"" : nil)]
        case .string, .expression, .column: return attempt { () throws(SluiceError) in _ = try node.string() }
        case .integer(let range): return attempt { () throws(SluiceError) in _ = try node.integer(in: range) }
        case .number(let range): return attempt { () throws(SluiceError) in _ = try node.number(in: range) }
        case .boolean: return attempt { () throws(SluiceError) in _ = try node.boolean() }
        case .enumeration(let names): return attempt { () throws(SluiceError) in _ = try node.choice(of: names) }
        case .timeSpan(let range): return attempt { () throws(SluiceError) in _ = try node.timeSpan(in: range) }
        case .dataType: return attempt { () throws(SluiceError) in _ = try node.dataType() }
        case .name: return attempt { () throws(SluiceError) in _ = try node.name() }
        case .list(let item, let minimum): return listErrors(node, item, minimum, connectors)
        case .oneOrMany(let item):
            if case .list = node.content { return listErrors(node, item, 1, connectors) }
            return item.errors(in: node, connectors: connectors)
        case .mapping(_, let value, let minimum): return mappingErrors(node, value, minimum, connectors)
        case .object(let keys): return objectErrors(node, keys, connectors)
        case .either(let shapes):
            let admitting = shapes.filter { $0.admitsKind(of: node) }
            guard let shape = admitting.first else { return [node.wrongType(wanted)] }
            // Which of several lists of choices holds, another option says; whoever reads both tells what is wrong.
            if admitting.count > 1, admitting.allSatisfy(\.isEnumeration) { return [] }
            return shape.errors(in: node, connectors: connectors)
        case .source: return connectors.errors(in: node, as: .source)
        }
    }

    private func attempt(_ body: () throws(SluiceError) -> Void) -> [SluiceError] {
        do {
            try body()
            return []
        } catch {
            return [error]
        }
    }

    private func listErrors(_ node: DefinitionNode, _ item: ValueShape, _ minimum: Int, _ connectors: ConnectorRegistry) -> [SluiceError] {
        guard case .list(let items) = node.content else { return [node.wrongType(wanted)] }
        if items.count < minimum { return [node.invalid("\(node.path) needs at least \(minimum) item\(minimum == 1 ? "" : "s")")] }
        return items.flatMap { item.errors(in: $0, connectors: connectors) }
    }

    private func mappingErrors(_ node: DefinitionNode, _ value: ValueShape, _ minimum: Int, _ connectors: ConnectorRegistry)
        -> [SluiceError]
    {
        guard case .mapping(let entries) = node.content else { return [node.wrongType(wanted)] }
        if entries.count < minimum { return [node.invalid("\(node.path) needs at least \(minimum) entry")] }
        return entries.flatMap { value.errors(in: $0.value, connectors: connectors) }
    }

    private func objectErrors(_ node: DefinitionNode, _ keys: [OptionSpecification], _ connectors: ConnectorRegistry) -> [SluiceError] {
        guard case .mapping(let entries) = node.content else { return [node.wrongType(wanted)] }
        var errors: [SluiceError] = []
        for entry in entries {
            guard let key = keys.first(where: { $0.name == entry.key }) else {
                errors.append(node.unknownKey(entry, known: keys.map(\.name)))
                continue
            }
            if entry.value.isNull {
                if key.isRequired { errors.append(entry.value.wrongType(key.shape.wanted)) }
            } else {
                errors += key.shape.errors(in: entry.value, connectors: connectors)
            }
        }
        for key in keys where key.isRequired && !entries.contains(where: { $0.key == key.name }) {
            let choices = key.shape.isEnumeration ? "\(key.name) is \(key.shape.wanted)" : nil
            errors.append(node.missing(key.name, remedy: key.examples.first.map { "for example: \(key.name): \($0)" } ?? choices))
        }
        return errors
    }

    private var isEnumeration: Bool { if case .enumeration = self { true } else { false } }

    /// Whether a node is a scalar, list or mapping as the shape wants.
    private func admitsKind(of node: DefinitionNode) -> Bool {
        switch self {
        case .anything: true
        case .list, .steps: node.isList
        case .mapping, .object, .source, .sink: node.isMapping
        case .oneOrMany(let item): node.isList || item.admitsKind(of: node)
        case .either(let shapes): shapes.contains { $0.admitsKind(of: node) }
        default: node.isScalar
        }
    }
}

extension DefinitionNode {
    package var isScalar: Bool { if case .scalar = content { true } else { false } }
    package var isList: Bool { if case .list = content { true } else { false } }
    package var isMapping: Bool { if case .mapping = content { true } else { false } }

    /// The name of a pipeline, stream or closure: it becomes part of paths and keys.
    package func name() throws(SluiceError) -> String {
        let text = try string()
        guard Self.isName(text) else {
            throw invalid(
                "\(path) cannot be \(text.quotedForMessage)",
                remedy: "use letters, digits, \"_\" and \"-\", beginning with a letter or digit, at most \(DefinitionLimits.nameCharacters)"
            )
        }
        return text
    }

    /// Whether a text can name a pipeline: letters, digits, `_` and `-`, beginning with a letter or digit.
    package static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, first != UInt8(ascii: "_"), first != UInt8(ascii: "-") else { return false }
        return text.utf8.count <= DefinitionLimits.nameCharacters
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) && byte & 0xC0 == 0x40
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
            }
    }
}
