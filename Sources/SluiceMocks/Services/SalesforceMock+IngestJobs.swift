import SluiceJSON

/// Ingest jobs of Salesforce's Bulk API 2.0.
///
/// Source: Bulk API 2.0 developer guide, "Ingest": "Create a Job", "Upload Job Data", "Upload Complete", "Get Job Successful/Failed Record
/// Results", "Get Job Unprocessed Record Results".
extension SalesforceMock {
    /// The largest file, in bytes: 150 MB once it is encoded in base 64.
    private static let fileBytes = 100 << 20

    struct IngestJob: Sendable {
        var object: String
        var operation: String
        var externalID: String
        var form: DelimitedForm
        var created: Int64
        var doneAt: Int64
        var fails: Bool
        var isPartial: Bool
        var state = "Open"
        var file: [UInt8]?
        var header: [String] = []
        var successful: [[String]] = []
        var failed: [[String]] = []
        var unprocessed: [[String]] = []
    }

    mutating func ingestJobs(_ steps: [String], _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        if steps.isEmpty { return request.method == "POST" ? makeIngestJob(request, moment) : Self.missing }
        guard bulk.ingests[steps[0]] != nil else { return Self.missing }
        process(steps[0], moment)
        guard let job = bulk.ingests[steps[0]] else { return Self.missing }
        switch (request.method, steps.dropFirst().first?.lowercased()) {
        case ("GET", nil): return MockAnswer(200, .object(describe(steps[0], job)))
        case ("PUT", "batches"?): return take(steps[0], job, request)
        case ("PATCH", nil): return change(steps[0], job, request, moment)
        case ("DELETE", nil):
            bulk.ingests[steps[0]] = nil
            return MockAnswer(204, text: "")
        case ("GET", "successfulresults"?): return rows(job, ["sf__Id", "sf__Created"], job.successful)
        case ("GET", "failedresults"?): return rows(job, ["sf__Id", "sf__Error"], job.failed)
        case ("GET", "unprocessedrecords"?): return rows(job, [], job.unprocessed)
        default: return Self.missing
        }
    }

    private mutating func makeIngestJob(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        let body = request.json
        guard let object = body["object"]?.string, timelines[object] != nil else {
            return Self.error(400, "INVALIDJOB", "Unable to find object: \(body["object"]?.string ?? "")")
        }
        guard let operation = body["operation"]?.string, ["insert", "update", "upsert", "delete", "hardDelete"].contains(operation),
            let form = DelimitedForm(body), body["contentType"]?.string ?? "CSV" == "CSV"
        else { return Self.error(400, "INVALIDJOB", "operation, contentType, columnDelimiter or lineEnding is wrong") }
        guard operation != "upsert" || ["Id", Self.externalID].contains(body["externalIdFieldName"]?.string ?? "") else {
            return Self.error(400, "INVALIDJOB", "externalIdFieldName has to be a field that tells records apart, for upsert")
        }
        bulk.count += 1
        let id = Self.jobID(bulk.count)
        let job = IngestJob(
            object: object, operation: operation, externalID: body["externalIdFieldName"]?.string ?? "Id", form: form,
            created: moment.now, doneAt: moment.faults.contains(.slowJob) ? 600_000_000 : 0, fails: moment.faults.contains(.failJob),
            isPartial: moment.faults.contains(.partialFailure))
        bulk.ingests[id] = job
        return MockAnswer(200, .object(describe(id, job)))
    }

    private func describe(_ id: String, _ job: IngestJob) -> [JSONNode.Member] {
        var members: [JSONNode.Member] = [
            .init(name: "id", value: .string(id)), .init(name: "operation", value: .string(job.operation)),
            .init(name: "object", value: .string(job.object)), .init(name: "createdDate", value: .string(Self.time(job.created))),
            .init(name: "state", value: .string(job.state)), .init(name: "contentType", value: .string("CSV")),
            .init(name: "apiVersion", value: .number(Array("60.0".utf8)[...])),
            .init(name: "contentUrl", value: .string("services/data/v60.0/jobs/ingest/\(id)/batches")),
            .init(name: "lineEnding", value: .string(job.form.lineEnding)),
            .init(name: "columnDelimiter", value: .string(job.form.delimiterName)),
            .init(name: "numberRecordsProcessed", value: .integer(job.successful.count + job.failed.count)),
            .init(name: "numberRecordsFailed", value: .integer(job.failed.count)),
        ]
        if job.operation == "upsert" { members.append(.init(name: "externalIdFieldName", value: .string(job.externalID))) }
        if job.state == "Failed" { members.append(.init(name: "errorMessage", value: .string("the mock was told to let the job fail"))) }
        return members
    }

    private mutating func take(_ id: String, _ job: IngestJob, _ request: MockRequest) -> MockAnswer {
        guard job.state == "Open", job.file == nil else {
            var answer = Self.error(400, "INVALIDBATCH", "Found multiple contents for job: \(id), please 'Close' / 'Abort' / 'Delete' it")
            answer.violation = "sent a second file to a job"
            return answer
        }
        guard request.body.count <= Self.fileBytes else {
            var answer = Self.error(413, "EXCEEDEDQUOTA", "the file is too large")
            answer.violation = "sent a file of \(request.body.count) bytes"
            return answer
        }
        bulk.ingests[id]?.file = request.body
        return MockAnswer(201, text: "")
    }

    private mutating func change(_ id: String, _ job: IngestJob, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        switch request.json["state"]?.string {
        case "UploadComplete"? where job.state == "Open" && job.file != nil:
            bulk.ingests[id]?.state = "UploadComplete"
            bulk.ingests[id]?.doneAt += moment.now
        case "Aborted"? where ["Open", "UploadComplete", "InProgress"].contains(job.state): bulk.ingests[id]?.state = "Aborted"
        default: return Self.error(400, "INVALIDJOBSTATE", "a job that is \(job.state) cannot be changed so")
        }
        guard let changed = bulk.ingests[id] else { return Self.missing }
        return MockAnswer(200, .object(describe(id, changed)))
    }

    private func rows(_ job: IngestJob, _ first: [String], _ rows: [[String]]) -> MockAnswer {
        var csv = AccountText(job.form, first + job.header)
        for row in rows {
            for text in row { csv.append(text: text) }
            csv.endRow()
        }
        var answer = MockAnswer(200, text: "")
        answer.content = csv.bytes
        answer.headers = ["Content-Type": "text/csv"]
        return answer
    }

    // MARK: Work

    /// Lets a job that has its file do its work, when its time has come.
    private mutating func process(_ id: String, _ moment: MockMoment) {
        guard var job = bulk.ingests[id], job.state == "UploadComplete", moment.now >= job.doneAt else { return }
        var records = job.form.records(job.file ?? [])
        job.header = records.isEmpty ? [] : records.removeFirst()
        // A job that fails has come to half of its rows.
        let reached = job.fails ? records.count / 2 : records.count
        for (number, record) in records.enumerated() {
            if number >= reached {
                job.unprocessed.append(record)
            } else if job.isPartial, number % 7 == 3 {
                job.failed.append(["", "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--"] + record)
            } else {
                apply(record, &job, moment)
            }
        }
        job.state = job.fails ? "Failed" : "JobComplete"
        job.file = nil
        bulk.ingests[id] = job
    }

    private mutating func apply(_ record: [String], _ job: inout IngestJob, _ moment: MockMoment) {
        func fail(_ words: String) { job.failed.append(["", words] + record) }
        guard record.count == job.header.count else { return fail("INVALID_CSV:wrong number of fields:--") }
        let fields = zip(job.header, record).map { (name: $0, text: $1) }
        let known = members(job.object, 0).map(\.name)
        if let unknown = fields.first(where: { !known.contains($0.name) }) {
            return fail("INVALID_FIELD:No such column '\(unknown.name)':--")
        }
        let isRemoval = job.operation == "delete" || job.operation == "hardDelete"
        if !isRemoval, let mistyped = fields.first(where: { $0.name != "Id" && !$0.text.isEmpty && value($0.name, $0.text) == nil }) {
            return fail(
                "INVALID_TYPE_ON_FIELD_IN_RECORD:\(mistyped.name): value not of required type: \(mistyped.text):\(mistyped.name) --")
        }
        let wanted = fields.first { $0.name == (job.operation == "upsert" ? job.externalID : "Id") }?.text ?? ""
        guard job.operation != "upsert" || job.externalID == "Id" || !["", Self.nullText].contains(wanted) else {
            return fail("MISSING_ARGUMENT:\(job.externalID) not specified:\(job.externalID) --")
        }
        let found = job.operation == "insert" ? [] : find(job, wanted)
        guard found.count < 2 else { return fail("DUPLICATE_EXTERNAL_ID:External id field matched more than one record:--") }
        let isNew = found.isEmpty
        guard !isNew || job.operation == "insert" || (job.operation == "upsert" && (job.externalID != "Id" || wanted.isEmpty)) else {
            return fail("INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--")
        }
        if let index = found.first, deleted[job.object]?.contains(index) == true { return fail("ENTITY_IS_DELETED:entity is deleted:--") }
        let required = Self.requiredField(of: job.object)
        let name = fields.first { $0.name == required }?.text ?? ""
        guard isRemoval || (name != Self.nullText && !(isNew && name.isEmpty)) else {
            return fail("REQUIRED_FIELD_MISSING:Required fields are missing: [\(required)]:\(required) --")
        }
        guard let index = found.first ?? timelines[job.object]?.insert(at: moment.now) else { return }
        if isRemoval { deleted[job.object, default: []].insert(index) }
        for field in fields where field.name != "Id" && !field.text.isEmpty {
            written[job.object, default: [:]][index, default: []].removeAll { $0.name == field.name }
            guard let value = value(field.name, field.text) else { continue }
            written[job.object, default: [:]][index, default: []].append(value)
        }
        if !isNew { timelines[job.object]?.touch(index, at: moment.now) }
        job.successful.append([self.id(job.object, index), isNew ? "true" : "false"] + record)
    }

    /// Rows that a row of the file means.
    private func find(_ job: IngestJob, _ wanted: String) -> [Int] {
        if job.externalID == "Id" || job.operation != "upsert" { return index(job.object, wanted).map { [$0] } ?? [] }
        return rows(job.object, externalID: wanted)
    }

    /// What clears a field.
    private static let nullText = "#N/A"

    /// A text of CSV as the record has it; nil where its field does not take it.
    private func value(_ name: String, _ text: String) -> JSONNode.Member? {
        if text == Self.nullText { return .init(name: name, value: .null) }
        return Self.stored(name, csv: text)
    }
}
