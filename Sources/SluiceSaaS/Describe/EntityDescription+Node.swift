import SluiceCore
import SluicePipelines

extension EntityDescription {
    static let keys = [
        OptionSpecification("path", .string, isRequired: true, "The path."),
        OptionSpecification("fields", .string, isRequired: true, "Where the answer has the list of fields."),
        OptionSpecification("name", .string, isRequired: true, "Where a field has its name."),
        OptionSpecification("type", .string, isRequired: true, "Where it has its type."),
        OptionSpecification(
            "types", .mapping(key: "the service's type", .dataType, minimum: 0), "Types of columns by the service's; others are texts."),
        OptionSpecification("skip", .oneOrMany(.string), "Types of fields that are not read."),
        OptionSpecification(
            "writes", .mapping(key: "create, update or upsert", .string, minimum: 0), "Where a field says whether a write may send it."),
    ]

    init(_ node: DefinitionNode) throws(SluiceError) {
        path = try node.require("path").template()
        fields = try node.require("fields").path()
        name = try node.require("name").path()
        type = try node.require("type").path()
        types = [:]
        for entry in try node.entries("types") { types[entry.key] = try entry.value.dataType() }
        skipped = try node.texts("skip")
        writes = [:]
        for entry in try node.entries("writes") {
            guard let write = ServiceEntity.Write(rawValue: entry.key) else {
                throw node.unknownKey(entry, known: ServiceEntity.Write.allCases.map(\.rawValue))
            }
            writes[write] = try entry.value.path()
        }
    }
}
