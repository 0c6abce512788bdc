import SluiceCatalog
import SluiceCore
import SluiceServer

extension Rules {
    static let workflowDescription = TextRule(length: 0...120_000)
    static let propertyValue = TextRule(length: 0...262_144)
    static let runProperties = 0...200
}

/// Workflows: triggers, jobs and crawlers under one name, whose runs have properties.
enum Workflows {
    static let operations: [GlueOperation] = [
        GlueOperation("CreateWorkflow", create), GlueOperation("UpdateWorkflow", update), GlueOperation("DeleteWorkflow", delete),
        GlueOperation("GetWorkflow") { call in
            var input = try call.members()
            let name = try input.requiredText("Name", Rules.name)
            let hasGraph = try input.boolean("IncludeGraph") ?? false
            try input.finish()
            let value = try call.read { ledger in try described(WorkflowRecord.find(name, ledger), hasGraph: hasGraph, ledger) }
            return .value(.structure(["Workflow": value]))
        },
        GlueOperation("ListWorkflows") { call in
            let (page, token) = try call.list(WorkflowRecord.kind, tagged: nil, most: 25)
            return .value(.structure(["Workflows": .texts(page.map(\.name)), "NextToken": token]))
        },
        GlueOperation("BatchGetWorkflows") { call in
            var input = try call.members()
            let names = try input.texts("Names", count: 1...25, Rules.name)
            if names == nil { input.missing("Names") }
            let hasGraph = try input.boolean("IncludeGraph") ?? false
            try input.finish()
            let found = try (names ?? []).compactMap { try call.catalog.document(WorkflowRecord.kind, $0) }
            let missing = (names ?? []).filter { name in !found.contains { $0.name == name } }
            let values = try call.read { ledger in try found.map { try described(WorkflowRecord($0), hasGraph: hasGraph, ledger) } }
            return .value(.structure(["Workflows": .list(values), "MissingWorkflows": .texts(missing)]))
        },
    ]

    @Sendable private static func create(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        let members = try input.workflowMembers()
        let tags = try input.tags()
        try input.finish()
        try call.change { ledger in
            guard try ledger.document(WorkflowRecord.kind, name) == nil else { throw Faults.exists("Workflow \(name) already exists.") }
            try ledger.putDocument(WorkflowRecord.kind, name, WireValue.members(members).json)
        }
        if let tags { try Tags.set(tags, "workflow/" + name, call.catalog) }
        return .value(.structure(["Name": .text(name)]))
    }

    @Sendable private static func update(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        let members = try input.workflowMembers()
        try input.finish()
        try call.change { ledger in
            let known = try WorkflowRecord.find(name, ledger).members.merging(members) { $1 }
            try ledger.putDocument(WorkflowRecord.kind, name, WireValue.members(known).json)
        }
        return .value(.structure(["Name": .text(name)]))
    }

    /// Its triggers stay, and do nothing any more. One that is not there is no mistake. Source: Glue API reference, `DeleteWorkflow`.
    @Sendable private static func delete(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        try input.finish()
        let stops = try RunStops(call)
        try call.change { ledger in
            for run in try WorkflowRunRecord.all(name, ledger) { try WorkflowRuns.stop(run, stops, ledger) }
            try ledger.removeDocuments(WorkflowRunRecord.kind, prefix: WorkflowRunRecord.prefix(name))
            try ledger.removeDocument(WorkflowRecord.kind, name)
        }
        try Tags.forget("workflow/" + name, call.catalog)
        return .value(.structure(["Name": .text(name)]))
    }

    private static func described(_ record: WorkflowRecord, hasGraph: Bool, _ ledger: ScheduleTransaction) throws -> WireValue {
        let last = try WorkflowRunRecord.all(record.name, ledger).first
        return .structure([
            "Name": .text(record.name), "Description": record.members["Description"], "DefaultRunProperties": .map(record.properties),
            "CreatedOn": .time(micros: record.createdMicros), "LastModifiedOn": .time(micros: record.updatedMicros),
            "LastRun": try last.map { try WorkflowRunView($0, ledger).value(hasGraph: hasGraph, ledger) },
            "Graph": hasGraph ? try WorkflowGraph(record.name, runs: [], ledger).value : nil,
            "MaxConcurrentRuns": record.maxConcurrentRuns.map { .integer(Int64($0)) },
        ])
    }
}

extension InputReader {
    fileprivate mutating func workflowMembers() throws(ServiceFault) -> [String: WireValue] {
        var members: [String: WireValue] = [:]
        members["Description"] = try text("Description", Rules.workflowDescription).map { .text($0) }
        members["DefaultRunProperties"] = try runProperties("DefaultRunProperties").map { .map($0) }
        members["MaxConcurrentRuns"] = try integer("MaxConcurrentRuns", 1...1_000).map { .integer(Int64($0)) }
        return members
    }

    mutating func runProperties(_ name: String) throws(ServiceFault) -> [String: String]? {
        let found = try map(name, count: Rules.runProperties, key: Rules.parameterKey, value: Rules.propertyValue)
        if found?.contains(where: { ($0.key + $0.value).contains("\0") }) == true {
            throw Faults.invalid("A property has a zero byte, which no variable of an environment can have.")
        }
        return found
    }
}
