import SluiceCatalog
import SluiceCore
import SluiceServer

/// Tags of databases, tables, crawlers, registries, schemas, functions, connections and rule sets. Those of a table are the catalog's own.
enum Tags {
    private static let kind = "glue-tags"

    static let operations: [GlueOperation] = [
        GlueOperation("TagResource") { call in
            var input = try call.members()
            let arn = try input.requiredText("ResourceArn", Rules.resource)
            let added = try input.tags("TagsToAdd")
            if added == nil { input.missing("TagsToAdd") }
            try input.finish()
            try change(arn, call) { tags in tags.merge(added ?? [:]) { $1 } }
            return .empty
        },
        GlueOperation("UntagResource") { call in
            var input = try call.members()
            let arn = try input.requiredText("ResourceArn", Rules.resource)
            let removed = try input.texts("TagsToRemove", count: Rules.tags, Rules.tagKey)
            if removed == nil { input.missing("TagsToRemove") }
            try input.finish()
            try change(arn, call) { tags in for key in removed ?? [] { tags[key] = nil } }
            return .empty
        },
        GlueOperation("GetTags") { call in
            var input = try call.members()
            let arn = try input.requiredText("ResourceArn", Rules.resource)
            try input.finish()
            let resource = try find(arn, call)
            if resource.kind == "table" {
                return .value(.structure(["Tags": .map(try call.table(resource.names[0], resource.names[1]).definition.tags)]))
            }
            return .value(.structure(["Tags": .map(try tags(resource.path, call.catalog))]))
        },
    ]

    static func tags(_ path: String, _ catalog: Catalog) throws(SluiceError) -> [String: String] {
        try catalog.document(kind, path).flatMap { WireValue(json: $0.content) }?.textMap ?? [:]
    }

    static func set(_ tags: [String: String], _ path: String, _ catalog: Catalog) throws {
        try Documents.put(kind, path, catalog) { $0 = .map(tags) }
    }

    static func forget(_ path: String, _ catalog: Catalog) throws(SluiceError) { _ = try catalog.removeDocument(kind, path) }

    private static func change(_ arn: String, _ call: GlueCall, _ body: (inout [String: String]) -> Void) throws {
        let resource = try find(arn, call)
        if resource.kind == "table" {
            let name = try call.table(resource.names[0], resource.names[1]).definition.name
            var tags: [String: String] = [:]
            _ = try call.catalog.changeTable(name) { definition in
                body(&definition.tags)
                tags = definition.tags
            }
            return try check(tags)
        }
        var tags = try tags(resource.path, call.catalog)
        body(&tags)
        try check(tags)
        try Documents.put(kind, resource.path, call.catalog) { value in
            var tags = value?.textMap ?? [:]
            body(&tags)
            value = .map(tags)
        }
    }

    private static func check(_ tags: [String: String]) throws(ServiceFault) {
        if tags.count > Rules.tags.upperBound { throw Faults.invalid("A resource has at most \(Rules.tags.upperBound) tags.") }
    }

    /// - Throws: `EntityNotFoundException` for what is not there, `InvalidInputException` for what can have no tags.
    private static func find(_ arn: String, _ call: GlueCall) throws -> GlueARN {
        guard var resource = GlueARN(arn) else { throw Faults.invalid("\(arn) is no ARN of the service.") }
        guard resource.account == call.context.account else { throw Faults.missing("\(arn) is of another account.") }
        switch (resource.kind, resource.names.count) {
        case ("database", 1):
            try call.requireDatabase(resource.names[0])
            resource.names[0] = resource.names[0].lowercased()
        case ("table", 2): _ = try call.table(resource.names[0], resource.names[1])
        case ("userDefinedFunction", 2): _ = try Functions.find(resource.names[0], resource.names[1], call)
        case ("crawler", 1): _ = try Crawlers.find(resource.names[0], call)
        case ("job", 1): _ = try Jobs.find(resource.names[0], call)
        case ("trigger", 1): _ = try call.read { try TriggerRecord.find(resource.names[0], $0) }
        case ("workflow", 1): _ = try call.read { try WorkflowRecord.find(resource.names[0], $0) }
        case ("registry", 1): _ = try Registries.find(resource.names[0], call)
        case ("schema", 2): _ = try Schemas.find(resource.names[0], resource.names[1], call)
        case ("connection", 1): _ = try ConnectionBook(call).find(resource.names[0])
        case ("dataQualityRuleset", 1): _ = try Rulesets.find(resource.names[0], call)
        default: throw Faults.invalid("\(arn) names nothing that can have tags here.")
        }
        return resource
    }
}
