import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceServer

/// Rule sets that clients made, in DQDL. A rule set with what is wrong in it is refused when it comes.
enum Rulesets {
    static let kind = "glue-ruleset"

    static let operations: [GlueOperation] = [
        GlueOperation("CreateDataQualityRuleset", create), GlueOperation("UpdateDataQualityRuleset", update),
        GlueOperation("ListDataQualityRulesets", list),
        GlueOperation("GetDataQualityRuleset") { call in
            var input = try call.members()
            let name = try input.requiredText("Name", Rules.name)
            try input.finish()
            return .value(try find(name, call).value)
        },
        GlueOperation("DeleteDataQualityRuleset") { call in
            var input = try call.members()
            let name = try input.requiredText("Name", Rules.name)
            try input.finish()
            guard try call.catalog.removeDocument(kind, name) else { throw missing(name, call) }
            try Tags.forget("dataQualityRuleset/" + name, call.catalog)
            return .empty
        },
    ]

    private static let text = TextRule(length: 1...65_536)

    /// - Throws: `EntityNotFoundException`.
    static func find(_ name: String, _ call: GlueCall) throws -> RulesetRecord {
        guard let found = try call.catalog.document(kind, name) else { throw missing(name, call) }
        return RulesetRecord(found)
    }

    private static func missing(_ name: String, _ call: GlueCall) -> ServiceFault {
        Faults.missing("Cannot find Data Quality Ruleset in account \(call.context.account) with name \(name)")
    }

    /// - Throws: `InvalidInputException` with the place of what is wrong.
    static func parse(_ text: String, name: String) throws -> RuleText {
        do throws(SluiceError) {
            return try RuleText(text: text, path: name)
        } catch {
            let place = error.location.map { "\($0): " } ?? ""
            throw Faults.invalid("Ruleset could not be parsed: \(place)\(Faults.told(error))")
        }
    }

    @Sendable private static func create(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        let rules = try input.requiredText("Ruleset", text)
        let description = try input.text("Description", Rules.description)
        let tags = try input.tags()
        let target = try input.targetTable(account: call.context.account)
        let token = try input.text("ClientToken", Rules.name)
        try input.refuse(["DataQualitySecurityConfiguration": "the catalog is a file of the state directory, as safe as its disk"])
        try input.finish()
        _ = try parse(rules, name: name)
        let record = RulesetRecord.document(rules, description: description, target: target, token: token)
        guard try call.catalog.addDocument(kind, name, record) else {
            if let token, try find(name, call).token == token { return .value(.structure(["Name": .text(name)])) }
            throw Faults.exists("A Data Quality Ruleset already exists in account \(call.context.account) with name \(name)")
        }
        if let tags { try Tags.set(tags, "dataQualityRuleset/" + name, call.catalog) }
        return .value(.structure(["Name": .text(name)]))
    }

    @Sendable private static func update(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        let rules = try input.text("Ruleset", text)
        let description = try input.text("Description", Rules.description)
        try input.finish()
        if let rules { _ = try parse(rules, name: name) }
        _ = try find(name, call)
        var changed = WireValue.null
        try Documents.put(kind, name, call.catalog) { value in
            var members = value?.members ?? []
            for (member, text) in [("Ruleset", rules), ("Description", description)] {
                guard let text else { continue }
                members.removeAll { $0.name == member }
                members.append(.init(member, .text(text)))
            }
            changed = .object(members)
            value = changed
        }
        return .value(
            .structure(["Name": .text(name), "Description": changed["Description"], "Ruleset": changed["Ruleset"]]))
    }

    /// What a listing is limited to.
    private struct Criteria: Sendable {
        var name: String?
        var description: String?
        var created: (after: Int64?, before: Int64?)
        var modified: (after: Int64?, before: Int64?)
        var target: DataSourceInput?

        func holds(for record: RulesetRecord) -> Bool {
            func between(_ micros: Int64, _ bounds: (after: Int64?, before: Int64?)) -> Bool {
                micros > bounds.after ?? .min && micros < bounds.before ?? .max
            }
            return name.map { record.name.contains($0) } ?? true
                && description.map { record.content["Description"]?.string?.contains($0) ?? false } ?? true
                && between(record.createdMicros, created) && between(record.updatedMicros, modified)
                && target.map { $0.isSame(as: .structure(["GlueTable": record.content["TargetTable"]])) } ?? true
        }
    }

    @Sendable private static func list(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let limit = try input.integer("MaxResults", 1...1_000) ?? GlueLimits.page
        let last = try ListToken.last(&input, "rulesets")
        let tags = try input.tags() ?? [:]
        let account = call.context.account
        let criteria = try input.structure("Filter") { filter throws(ServiceFault) in
            Criteria(
                name: try filter.text("Name", Rules.name), description: try filter.text("Description", Rules.description),
                created: (try filter.time("CreatedAfter"), try filter.time("CreatedBefore")),
                modified: (try filter.time("LastModifiedAfter"), try filter.time("LastModifiedBefore")),
                target: try filter.targetTable(account: account))
        }
        try input.finish()
        let all = try call.catalog.documents(kind).map { RulesetRecord($0) }.filter { record in
            guard criteria?.holds(for: record) ?? true else { return false }
            if tags.isEmpty { return true }
            let own = try Tags.tags("dataQualityRuleset/" + record.name, call.catalog)
            return tags.allSatisfy { own[$0.key] == $0.value }
        }
        let (page, token) = PageToken.page(all, after: last, limit: limit, "rulesets", name: \.name)
        return .value(.structure(["Rulesets": .list(page.map(\.summary)), "NextToken": token]))
    }
}

extension InputReader {
    /// The member `TargetTable`.
    fileprivate mutating func targetTable(account: String) throws(ServiceFault) -> DataSourceInput? {
        let given = value("TargetTable") ?? .null
        return try structure("TargetTable") { table throws(ServiceFault) in
            if let id = try table.text("CatalogId", Rules.catalogID), id != account { throw Faults.missing("Catalog \(id) not found.") }
            return DataSourceInput(database: try table.databaseName(), table: try table.tableName(), given: given)
        }
    }
}
