import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceServer

/// Jobs that clients made. Each is a job of the scheduler, too, which runs it.
enum Jobs {
    static let operations: [GlueOperation] = [
        GlueOperation("CreateJob", create), GlueOperation("UpdateJob", update), GlueOperation("DeleteJob", delete),
        GlueOperation("GetJob") { call in
            var input = try call.members()
            let name = try input.requiredText("JobName", Rules.name)
            try input.finish()
            return .value(.structure(["Job": try find(name, call).value]))
        },
        GlueOperation("GetJobs") { call in
            let (page, token) = try list(call)
            return .value(.structure(["Jobs": .list(page.map { JobRecord($0).value }), "NextToken": token]))
        },
        GlueOperation("ListJobs") { call in
            let (page, token) = try list(call)
            return .value(.structure(["JobNames": .texts(page.map(\.name)), "NextToken": token]))
        },
        GlueOperation("BatchGetJobs") { call in
            var input = try call.members()
            let names = try input.texts("JobNames", count: 0...100, Rules.name)
            if names == nil { input.missing("JobNames") }
            try input.finish()
            let found = try (names ?? []).compactMap { try call.catalog.document(JobRecord.kind, $0) }
            let missing = (names ?? []).filter { name in !found.contains { $0.name == name } }
            return .value(.structure(["Jobs": .list(found.map { JobRecord($0).value }), "JobsNotFound": .texts(missing)]))
        },
    ]

    static func find(_ name: String, _ call: GlueCall) throws -> JobRecord {
        try call.read { try JobRecord.find(name, $0) }
    }

    @Sendable private static func create(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("Name", Rules.name)
        let members = try input.jobMembers()
        let tags = try input.tags()
        for required in ["Role", "Command"] where members[required] == nil { input.missing(required) }
        try input.finish()
        let record = JobRecord(name: name, members: members)
        try call.change { ledger in
            guard try ledger.document(JobRecord.kind, name) == nil else { throw Faults.exists("Job with name: \(name) already exists.") }
            try put(record, call.context.places, ledger)
        }
        if let tags { try Tags.set(tags, "job/" + name, call.catalog) }
        return .value(.structure(["Name": .text(name)]))
    }

    /// What an update does not name is as in a new job.
    @Sendable private static func update(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("JobName", Rules.name)
        let members = try input.structure("JobUpdate") { update throws(ServiceFault) in
            let members = try update.jobMembers()
            for required in ["Role", "Command"] where members[required] == nil { update.missing(required) }
            return members
        }
        if members == nil { input.missing("JobUpdate") }
        try input.finish()
        try call.change { ledger in
            _ = try JobRecord.find(name, ledger)
            try put(JobRecord(name: name, members: members ?? [:]), call.context.places, ledger)
        }
        return .value(.structure(["JobName": .text(name)]))
    }

    /// A job that is not there is no mistake. Source: Glue API reference, `DeleteJob`.
    @Sendable private static func delete(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let name = try input.requiredText("JobName", Rules.name)
        try input.finish()
        let ledgerName = try LedgerNames.text(.job, name)
        let stops = try RunStops(call)
        try call.change { ledger in
            for run in try ledger.openRuns() where run.job == ledgerName { try stops.ask(run.id, ledger) }
            try ledger.removeDocument(JobRecord.kind, name)
            try ledger.removeDocuments(RunNote.kind, prefix: RunNote.prefix(name))
            try ledger.removeJob(ledgerName)
        }
        try Tags.forget("job/" + name, call.catalog)
        return .value(.structure(["JobName": .text(name)]))
    }

    /// Keeps a job, and the scheduler's.
    ///
    /// - Throws: `InvalidInputException` for what no run could do, so that it is refused here and not when it starts.
    private static func put(_ record: JobRecord, _ places: Places, _ ledger: ScheduleTransaction) throws {
        let script = try JobScript(record.members["Command"], places)
        try JobCapacity.check(record.command, record.members)
        _ = try record.parameters([:], script)
        try declare(record, script, ledger)
        try ledger.putDocument(JobRecord.kind, record.name, WireValue.members(record.members).json)
    }

    /// Sees to it that the scheduler has the job as it is.
    static func declare(_ record: JobRecord, _ script: JobScript, _ ledger: ScheduleTransaction) throws {
        let ledgerName = try LedgerNames.text(.job, record.name)
        try LedgerJobs.put(ledgerName, record.declaration(ledgerName, script), isPaused: false, ledger)
    }

    private static func list(_ call: GlueCall) throws -> (page: [StoredDocument], token: WireValue?) {
        try call.list(JobRecord.kind, tagged: "job/")
    }
}

extension GlueCall {
    /// A page of the documents of a kind.
    ///
    /// - Parameter tagged: Before the names in tags of resources; nil for what cannot be looked for by tags.
    func list(
        _ kind: String, tagged: String?, most: Int64 = 1_000, where isListed: (StoredDocument) throws -> Bool = { _ in true }
    ) throws -> (page: [StoredDocument], token: WireValue?) {
        var input = try members()
        let limit = try input.integer("MaxResults", 1...most) ?? min(GlueLimits.page, Int(most))
        let last = try ListToken.last(&input, kind)
        let tags = try input.tags() ?? [:]
        try input.finish()
        var all = try catalog.documents(kind).filter(isListed)
        if let tagged, !tags.isEmpty {
            all = try all.filter { document in
                let own = try Tags.tags(tagged + document.name, catalog)
                return tags.allSatisfy { own[$0.key] == $0.value }
            }
        }
        return PageToken.page(all, after: last, limit: limit, kind, name: \.name)
    }
}
