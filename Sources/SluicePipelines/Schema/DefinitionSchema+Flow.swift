package import SluiceCore

extension DefinitionSchema {
    /// The JSON Schema of flows.
    package static func flowValue(connectors: ConnectorRegistry) -> Value {
        var root = objectSchema(FlowKeys.all)
        root.insert(
            contentsOf: [
                .init("$schema", .string("https://json-schema.org/draft/2020-12/schema")), .init("title", .string("Sluice flow")),
                .init("description", .string("The definition of a flow: source, pull, tasks, destinations.")),
            ], at: 0)
        let ends = ["destination", "destinations"].map { Value.object(["required": .list([.string($0)])]) }
        root.append(.init("oneOf", .list(ends)))
        if let index = root.firstIndex(where: { $0.name == "properties" }), case .structure(var properties) = root[index].value {
            for place in properties.indices where properties[place].name == "tasks" { properties[place].value = tasks }
            root[index].value = .structure(properties)
        }
        return .structure(root + [.init("$defs", definitions(connectors))])
    }

    /// A list of tasks, each one of flows or a step of pipelines.
    private static var tasks: Value {
        let own = FlowTaskManual.all.map { manual in
            Value.Member(manual.key, .structure([.init("description", .string(manual.summary))] + members(of: manual.arguments)))
        }
        return .object([
            "description": .string("What becomes of the fields, in this order; each item is one task, or a step of pipelines."),
            "type": .string("array"),
            "items": .object([
                "anyOf": .list([
                    .object(["const": .string("map_all")]),
                    .object([
                        "type": .string("object"), "minProperties": .integer(1), "maxProperties": .integer(1),
                        "properties": .structure(own + stepProperties), "additionalProperties": .boolean(false),
                    ]),
                ])
            ]),
        ])
    }
}
