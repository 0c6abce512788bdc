import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceServer

/// Bookmarks of jobs: what their incremental pipelines have read, as `sluice bookmarks` shows it.
enum JobBookmarks {
    static let operations: [GlueOperation] = [
        GlueOperation("GetJobBookmark") { call in
            var input = try call.members()
            let name = try input.requiredText("JobName", Rules.name)
            let id = try input.text("RunId", Rules.name)
            try input.finish()
            let record = try Jobs.find(name, call)
            return .value(.structure(["JobBookmarkEntry": try entry(record, id, call)]))
        },
        GlueOperation("ResetJobBookmark") { call in
            var input = try call.members()
            let name = try input.requiredText("JobName", Rules.name)
            try input.refuse(["RunId": "a bookmark is forgotten as a whole; `sluice bookmarks reset --source` forgets one source"])
            try input.finish()
            let record = try Jobs.find(name, call)
            let entry = try entry(record, nil, call)
            let pipeline = try pipeline(of: record, call)
            do throws(SluiceError) {
                let lock = try call.catalog.lock(pipeline: pipeline)
                defer { lock.release() }
                try call.catalog.forgetProgress(of: pipeline)
            } catch {
                if error.code == .alreadyRunning { throw Faults.invalid("\(name) runs, so that its bookmark stays: \(Faults.told(error))") }
                throw error
            }
            return .value(.structure(["JobBookmarkEntry": entry]))
        },
    ]

    /// The positions of all sources, as a JSON document.
    private static func entry(_ record: JobRecord, _ id: String?, _ call: GlueCall) throws -> WireValue {
        let bookmarks = try call.catalog.bookmarks(pipeline: pipeline(of: record, call))
        guard !bookmarks.isEmpty else { throw Faults.missing("Continuation for job \(record.name) not found.") }
        let runs = try call.read { ledger in
            if let id { _ = try JobRuns.find(record.name, id, ledger) }
            return try ledger.runs(job: LedgerNames.text(.job, record.name), state: .succeeded, limit: GlueLimits.listedRuns)
        }
        let states = WireValue.list(
            bookmarks.map { bookmark in
                .structure([
                    "source": .text(bookmark.source), "position": .text(String(decoding: bookmark.position, as: UTF8.self)),
                    "read_at": .time(micros: bookmark.updatedMicros),
                ])
            })
        return .structure([
            "JobName": .text(record.name), "Version": .integer(Int64(runs.count)), "Run": .integer(Int64(runs.count)),
            "Attempt": .integer(0), "RunId": runs.first.map { .text(RunNames.job($0.id)) },
            "PreviousRunId": runs.dropFirst().first.map { .text(RunNames.job($0.id)) }, "JobBookmark": .text(states.json),
        ])
    }

    /// The name in the definition, under which the state is kept.
    ///
    /// - Throws: `EntityNotFoundException` where there can be no bookmark.
    private static func pipeline(of record: JobRecord, _ call: GlueCall) throws -> String {
        guard case .pipeline(let path) = try JobScript(record.members["Command"], call.context.places) else {
            throw Faults.missing("Continuation for job \(record.name) not found: only pipelines have bookmarks here.")
        }
        do {
            return try PipelineLoader.name(path: path)
        } catch {
            let mistakes = DefinitionErrors.list(error)?.map(Faults.told) ?? ["\(error)"]
            throw Faults.invalid("The pipeline of job \(record.name) cannot be read: \(mistakes.joined(separator: "; "))")
        }
    }
}
