import SluiceServer

extension InputReader {
    /// The members of a crawler that a request has.
    ///
    /// - Throws: `InvalidInputException` for what no crawl here does.
    mutating func crawlerMembers() throws(ServiceFault) -> [String: WireValue] {
        try refuse([
            "LakeFormationConfiguration": "there are no permissions by principal",
            "CrawlerSecurityConfiguration": "what crawls write is not encrypted",
        ])
        var members: [String: WireValue] = [:]
        if value("Schedule") != nil {
            // An empty one takes the clock away.
            members["Schedule"] = .text(try awsSchedule("Schedule") ?? "")
            members["Scheduled"] = .boolean(true)
        }
        members["Classifiers"] = try texts("Classifiers", count: Rules.classifiers, Rules.name).map { .texts($0) }
        for (name, rule) in [
            ("Role", Rules.resource), ("DatabaseName", Rules.name), ("Description", Rules.description), ("TablePrefix", Rules.format),
            ("Configuration", TextRule(length: 0...262_144)),
        ] {
            members[name] = try text(name, rule).map { .text($0) }
        }
        members["SchemaChangePolicy"] = try structure("SchemaChangePolicy") { policy throws(ServiceFault) in
            .structure([
                "UpdateBehavior": .text(
                    try policy.text("UpdateBehavior", TextRule(values: ["LOG", "UPDATE_IN_DATABASE"])) ?? "UPDATE_IN_DATABASE"),
                "DeleteBehavior": .text(
                    try policy.text("DeleteBehavior", TextRule(values: ["LOG", "DELETE_FROM_DATABASE", "DEPRECATE_IN_DATABASE"]))
                        ?? "DEPRECATE_IN_DATABASE"),
            ])
        }
        let recrawls = TextRule(values: ["CRAWL_EVERYTHING", "CRAWL_NEW_FOLDERS_ONLY", "CRAWL_EVENT_MODE"])
        members["RecrawlPolicy"] = try structure("RecrawlPolicy") { policy throws(ServiceFault) in
            let behavior = try policy.text("RecrawlBehavior", recrawls) ?? "CRAWL_EVERYTHING"
            if behavior == "CRAWL_EVENT_MODE" { throw Faults.invalid("CRAWL_EVENT_MODE is not supported: there are no queues of events.") }
            return .structure(["RecrawlBehavior": .text(behavior)])
        }
        members["LineageConfiguration"] = try structure("LineageConfiguration") { lineage throws(ServiceFault) in
            let setting = try lineage.text("CrawlerLineageSettings", TextRule(values: ["ENABLE", "DISABLE"])) ?? "DISABLE"
            if setting == "ENABLE" {
                throw Faults.invalid("CrawlerLineageSettings ENABLE is not supported: runs of pipelines have lineage.")
            }
            return .structure(["CrawlerLineageSettings": .text(setting)])
        }
        members["Targets"] = try structure("Targets") { targets throws(ServiceFault) in try targets.targets() }
        return members
    }

    private mutating func targets() throws(ServiceFault) -> WireValue {
        for kind in ["JdbcTargets", "MongoDBTargets", "DynamoDBTargets", "DeltaTargets", "IcebergTargets", "HudiTargets"]
        where value(kind)?.elements.isEmpty == false {
            throw Faults.invalid(
                "\(kind) are not supported: give S3Targets or CatalogTargets; `sluice crawl` looks at databases and streams.")
        }
        let paths = try structures("S3Targets", count: 0...1_000) { target throws(ServiceFault) -> WireValue in
            try target.refuse([
                "EventQueueArn": "there are no queues of events", "DlqEventQueueArn": "there are no queues of events",
                "ConnectionName": "buckets of the port are reached without one",
            ])
            return .structure([
                "Path": .text(try target.requiredText("Path", Rules.location)),
                "Exclusions": .texts(try target.texts("Exclusions", count: 0...1_000, Rules.search) ?? []),
                "SampleSize": try target.integer("SampleSize", 1...249).map { .integer(Int64($0)) },
            ])
        }
        let tables = try structures("CatalogTargets", count: 0...1_000) { target throws(ServiceFault) -> WireValue in
            let names = try target.texts("Tables", count: 1...1_000, Rules.name)
            if names == nil { target.missing("Tables") }
            return .structure(["DatabaseName": .text(try target.databaseName()), "Tables": .texts(names ?? [])])
        }
        if (paths ?? []).isEmpty, (tables ?? []).isEmpty { throw Faults.invalid("Targets has no target.") }
        return .structure(["S3Targets": .list(paths ?? []), "CatalogTargets": .list(tables ?? [])])
    }
}
