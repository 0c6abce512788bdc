package import SluiceCore

/// The JSON Schema (draft 2020-12) of definitions, from the same descriptions that check them: editors complete and check with it.
package enum DefinitionSchema {
    /// The schema as text; equal connectors and steps give equal text.
    package static func pipeline(connectors: ConnectorRegistry) -> String { PrettyJSON.text(value(connectors: connectors)) }

    package static func value(connectors: ConnectorRegistry) -> Value {
        var root = objectSchema(PipelineLoader.keys)
        root.insert(
            contentsOf: [
                .init("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
                .init("title", .string("Sluice pipeline")),
                .init("description", .string("The definition of a pipeline: source, optional stream, steps, sink.")),
            ], at: 0)
        let ends = ["sink", "routes"].map { Value.object(["required": .list([.string($0)])]) }
        root.append(.init("oneOf", .list(ends)))
        return .structure(root + [.init("$defs", definitions(connectors))])
    }

    /// What is referred to from elsewhere.
    static func definitions(_ connectors: ConnectorRegistry) -> Value {
        .object([
            "expression": expressionSchema,
            "column": .object(["description": .string("The name of a column."), "type": .list([.string("string"), .string("number")])]),
            "type": typeSchema,
            "source": end(.source, connectors),
            "sink": end(.sink, connectors),
            "steps": steps,
        ])
    }

    /// A text with a reference, which stands for any value.
    private static let reference = #"\$\{.+\}"#
    private static let timeSpanPattern = "^(( *[0-9]+ *[A-Za-z]+)+ *|.*\(reference).*)$"
    private static let scalarTypes = Value.list([.string("string"), .string("number"), .string("boolean")])

    static var expressionSchema: Value {
        .object(["description": .string("An expression over columns: SQL scalar syntax."), "type": scalarTypes])
    }

    static var typeSchema: Value {
        .object([
            "description": .string("A type: a simple name, decimal(precision,scale), list<type>, or struct<name: type, …>."),
            "type": .string("string"),
            "examples": .list((DataType.simpleNames.map(\.name) + ["decimal(12,2)", "list<string>"]).map(Value.string)),
        ])
    }

    // MARK: Ends and steps

    private static func end(_ end: PipelineEnd, _ connectors: ConnectorRegistry) -> Value {
        let choices = connectors.connectors(with: end).map { connector in
            var members: [Value.Member] = [
                .init("title", .string(connector.manual.name)), .init("description", .string(connector.manual.summary)),
            ]
            members += objectSchema(connector.manual.options(of: end))
            // The key that names the connector is always there, required or not.
            if !connector.manual.options(of: end).contains(where: { $0.name == connector.manual.name && $0.isRequired }) {
                members.removeAll { $0.name == "required" }
                let required = [connector.manual.name] + connector.manual.options(of: end).filter(\.isRequired).map(\.name)
                members.append(.init("required", .list(required.map(Value.string))))
            }
            return Value.structure(members)
        }
        return .object([
            "description": .string("A \(end.rawValue): the name of a connector with its main option, and its other options."),
            "oneOf": .list(choices),
        ])
    }

    /// Each step by its key.
    static var stepProperties: [Value.Member] {
        StepRegistry.steps.map { step in
            let manual = step.manual
            var schema: [Value.Member] = [.init("description", .string(([manual.summary] + manual.notes).joined(separator: " ")))]
            schema += members(of: manual.arguments)
            return Value.Member(manual.key, .structure(schema))
        }
    }

    private static var steps: Value {
        .object([
            "description": .string("What happens to the rows, in this order; each item is one step."),
            "type": .string("array"),
            "items": .object([
                "type": .string("object"), "minProperties": .integer(1), "maxProperties": .integer(1),
                "properties": .structure(stepProperties), "additionalProperties": .boolean(false),
            ]),
        ])
    }

    // MARK: Shapes

    static func objectSchema(_ keys: [OptionSpecification]) -> [Value.Member] {
        var members: [Value.Member] = [
            .init("type", .string("object")),
            .init("properties", .structure(keys.map { .init($0.name, option($0)) })),
        ]
        let required = keys.filter(\.isRequired).map(\.name)
        if !required.isEmpty { members.append(.init("required", .list(required.map(Value.string)))) }
        members.append(.init("additionalProperties", .boolean(false)))
        return members
    }

    private static func option(_ key: OptionSpecification) -> Value {
        var schema: [Value.Member] = [.init("description", .string(key.description))]
        schema += members(of: key.shape)
        if let value = key.defaultValue.flatMap(parsed) { schema.append(.init("default", value)) }
        let examples = key.examples.compactMap(parsed)
        if !examples.isEmpty { schema.append(.init("examples", .list(examples))) }
        return .structure(schema)
    }

    private static func schema(_ shape: ValueShape) -> Value { .structure(members(of: shape)) }

    static func members(of shape: ValueShape) -> [Value.Member] {
        switch shape {
        case .anything: return []
        case .string: return [.init("type", scalarTypes)]
        case .expression: return [.init("$ref", .string("#/$defs/expression"))]
        case .column: return [.init("$ref", .string("#/$defs/column"))]
        case .timeSpan: return [.init("type", .string("string")), .init("pattern", .string(timeSpanPattern))]
        case .dataType: return [.init("$ref", .string("#/$defs/type"))]
        case .source: return [.init("$ref", .string("#/$defs/source"))]
        case .sink: return [.init("$ref", .string("#/$defs/sink"))]
        case .steps: return [.init("$ref", .string("#/$defs/steps"))]
        case .number(let range):
            return [
                .init("type", .list([.string("number"), .string("string")])), .init("pattern", .string(reference)),
                .init("minimum", .float(range.lowerBound)), .init("maximum", .float(range.upperBound)),
            ]
        case .boolean:
            return [.init("type", .list([.string("boolean"), .string("string")])), .init("pattern", .string(reference))]
        case .enumeration(let names): return [.init("enum", .list(names.map(Value.string)))]
        case .name:
            return [
                .init("type", .list([.string("string"), .string("number")])),
                .init("pattern", .string("^([A-Za-z0-9][A-Za-z0-9_-]*|.*\(reference).*)$")),
                .init("maxLength", .integer(Int64(DefinitionLimits.nameCharacters))),
            ]
        case .integer(let range):
            var members: [Value.Member] = [
                .init("type", .list([.string("integer"), .string("string")])), .init("pattern", .string(reference)),
            ]
            if range.lowerBound != .min { members.append(.init("minimum", .integer(Int64(range.lowerBound)))) }
            if range.upperBound != .max { members.append(.init("maximum", .integer(Int64(range.upperBound)))) }
            return members
        case .list(let item, let minimum):
            return [.init("type", .string("array")), .init("items", schema(item)), .init("minItems", .integer(Int64(minimum)))]
        case .oneOrMany(let item):
            return [.init("anyOf", .list([schema(item), schema(.list(item, minimum: 1))]))]
        case .mapping(_, let value, let minimum):
            return [
                .init("type", .string("object")), .init("additionalProperties", schema(value)),
                .init("minProperties", .integer(Int64(minimum))),
            ]
        case .object(let keys): return objectSchema(keys)
        case .either(let shapes): return [.init("anyOf", .list(shapes.map(schema)))]
        }
    }

    /// An example or default as JSON; nil if it is no YAML, which the tests rule out.
    private static func parsed(_ yaml: String) -> Value? {
        (try? YAMLReader.read(DefinitionDocument(path: "<example>", text: yaml)))?.value
    }
}

extension DefinitionNode {
    /// The node as a value: plain scalars that are numbers or booleans as such.
    package var value: Value {
        switch content {
        case .null: .null
        case .scalar(let text, .plain) where text == "true" || text == "false": .boolean(text == "true")
        case .scalar(let text, .plain): Int64(text).map(Value.integer) ?? Double(text).map(Value.float) ?? .string(text)
        case .scalar(let text, _): .string(text)
        case .list(let items): .list(items.map(\.value))
        case .mapping(let entries): .structure(entries.map { Value.Member($0.key, $0.value.value) })
        }
    }
}
