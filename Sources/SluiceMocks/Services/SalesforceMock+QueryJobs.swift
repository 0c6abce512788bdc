import SluiceJSON

/// Query jobs of Salesforce's Bulk API 2.0.
///
/// Source: Bulk API 2.0 developer guide, "Query": "Create a Query Job", "Get Information About a Query Job", "Get Results for a Query Job".
extension SalesforceMock {
    /// How long a job takes that is slow, in microseconds.
    private static let slowMicros: Int64 = 600_000_000
    /// How long results are kept, in microseconds.
    private static let keptMicros: Int64 = 7 * 86_400_000_000
    /// Rows of a page that asks for no other number.
    private static let pageRows = 50_000

    struct QueryJob: Sendable {
        var operation: String
        var query: SOQLQuery
        var form: DelimitedForm
        var created: Int64
        var doneAt: Int64
        var fails: Bool
        var isAborted = false
        /// The rows as they were when the job was made.
        var entries: [Timeline.Entry]

        func state(at now: Int64) -> String {
            if isAborted { return "Aborted" }
            if now < doneAt { return "InProgress" }
            return fails ? "Failed" : "JobComplete"
        }
    }

    mutating func queryJobs(_ steps: [String], _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        if steps.isEmpty { return request.method == "POST" ? makeQueryJob(request, moment) : Self.missing }
        if moment.faults.contains(.loseJob) { bulk.queries[steps[0]] = nil }
        if moment.faults.contains(.abortJob) { bulk.queries[steps[0]]?.isAborted = true }
        guard let job = bulk.queries[steps[0]], moment.now - job.created < Self.keptMicros else { return Self.missing }
        switch (request.method, steps.dropFirst().first) {
        case ("GET", nil): return MockAnswer(200, .object(describe(steps[0], job, moment)))
        case ("GET", "results"?): return results(steps[0], job, request, moment)
        case ("PATCH", nil):
            guard request.json["state"]?.string == "Aborted" else {
                return Self.error(400, "INVALIDJOBSTATE", "a query job can be aborted")
            }
            bulk.queries[steps[0]]?.isAborted = true
            return MockAnswer(200, .object(describe(steps[0], bulk.queries[steps[0]] ?? job, moment)))
        case ("DELETE", nil):
            bulk.queries[steps[0]] = nil
            return MockAnswer(204, text: "")
        default: return Self.missing
        }
    }

    private mutating func makeQueryJob(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        let body = request.json
        guard let operation = body["operation"]?.string, ["query", "queryAll"].contains(operation), let text = body["query"]?.string,
            let form = DelimitedForm(body)
        else { return Self.error(400, "INVALIDJOB", "operation, query, columnDelimiter or lineEnding is wrong") }
        guard let query = SOQLQuery(parsing: text), !query.isCount, let timeline = timelines[query.object] else {
            return Self.error(400, "MALFORMED_QUERY", "unexpected token: \(text)")
        }
        if let unknown = unknownField(query) {
            return Self.error(400, "INVALID_FIELD", "No such column '\(unknown)' on entity '\(query.object)'")
        }
        bulk.count += 1
        let id = Self.jobID(bulk.count)
        let gone = deleted[query.object] ?? []
        var entries = timeline.page(since: query.since, after: nil, limit: .max) {
            query.isWithin($0) && (operation == "queryAll" || !gone.contains($0.index))
        }
        if !query.isPlain { entries = ordered(entries, by: query) }
        if query.limit < entries.count { entries.removeLast(entries.count - query.limit) }
        let job = QueryJob(
            operation: operation, query: query, form: form, created: moment.now,
            doneAt: moment.now + (moment.faults.contains(.slowJob) ? Self.slowMicros : 0), fails: moment.faults.contains(.failJob),
            entries: query.order.isEmpty ? entries.ordered(forJob: bulk.count) : entries)
        bulk.queries[id] = job
        var members = describe(id, job, moment).filter { !["numberRecordsProcessed", "errorMessage"].contains($0.name) }
        if let place = members.firstIndex(where: { $0.name == "state" }) { members[place].value = .string("UploadComplete") }
        return MockAnswer(200, .object(members))
    }

    /// An id such as `750MOCK00000000001`.
    static func jobID(_ number: Int) -> String {
        let digits = String(number)
        return "750MOCK" + String(repeating: "0", count: max(0, 11 - digits.count)) + digits
    }

    private func describe(_ id: String, _ job: QueryJob, _ moment: MockMoment) -> [JSONNode.Member] {
        let state = job.state(at: moment.now)
        var members: [JSONNode.Member] = [
            .init(name: "id", value: .string(id)), .init(name: "operation", value: .string(job.operation)),
            .init(name: "object", value: .string(job.query.object)), .init(name: "createdById", value: .string("005MOCK00000000001")),
            .init(name: "createdDate", value: .string(Self.time(job.created))), .init(name: "state", value: .string(state)),
            .init(name: "concurrencyMode", value: .string("Parallel")), .init(name: "contentType", value: .string("CSV")),
            .init(name: "apiVersion", value: .number(Array("60.0".utf8)[...])),
            .init(name: "lineEnding", value: .string(job.form.lineEnding)),
            .init(name: "columnDelimiter", value: .string(job.form.delimiterName)),
            .init(name: "numberRecordsProcessed", value: .integer(state == "JobComplete" ? job.entries.count : 0)),
        ]
        if state == "Failed" { members.append(.init(name: "errorMessage", value: .string("the mock was told to let the job fail"))) }
        return members
    }

    // MARK: Results

    private mutating func results(_ id: String, _ job: QueryJob, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        guard job.state(at: moment.now) == "JobComplete" else {
            var answer = Self.error(400, "INVALIDJOBSTATE", "the job has not done its work")
            // It may have been aborted behind the client's back.
            if !job.isAborted { answer.violation = "asked for results of a job that has not done its work" }
            return answer
        }
        if moment.faults.contains(.missingFile) { return Self.missing }
        var first = 0
        if let locator = request["locator"] {
            guard !moment.faults.contains(.expireCursor), let place = bulk.place(of: locator, in: id),
                (0...job.entries.count).contains(place)
            else {
                return Self.error(400, "INVALIDLOCATOR", "the locator is not valid")
            }
            first = place
        }
        let size = request.limit("maxRecords", default: Self.pageRows, most: job.entries.count)
        let rows = MockRequest.page(from: first, limit: size, of: job.entries.count)
        var csv = AccountText(job.form, job.query.fields)
        for row in rows { write(job.query.object, job.entries[row], moment, to: &csv) }
        var next = rows.upperBound < job.entries.count ? bulk.locator(rows.upperBound, in: id) : "null"
        if moment.faults.contains(.endless), let locator = request["locator"] { next = locator }
        var answer = MockAnswer(200, text: "")
        answer.content = csv.bytes
        answer.headers = [
            "Content-Type": "text/csv", "Sforce-NumberOfRecords": String(rows.count), "Sforce-Locator": next,
        ]
        return answer
    }

    /// A row of the results. Rows that nobody has written are made without a tree of values.
    private func write(_ object: String, _ entry: Timeline.Entry, _ moment: MockMoment, to csv: inout AccountText) {
        let isPlain = written[object]?[entry.index] == nil
        if object == "Account", isPlain, !hasNewField, let timeline = timelines[object] {
            let draw = Timeline.mix(timeline.seed, UInt64(bitPattern: entry.updated) ^ UInt64(entry.index))
            csv.appendAccount(
                entry, created: timeline.created(entry.index), draw: draw, isDeleted: deleted[object]?.contains(entry.index) ?? false,
                hasNUL: moment.faults.contains(.badBytes) && entry.index % 10 == 3)
        } else {
            csv.append(members(object, entry.index, updated: entry.updated))
        }
    }
}

/// The jobs that there are.
struct BulkJobs: Sendable {
    var count = 0
    var queries: [String: SalesforceMock.QueryJob] = [:]
    var ingests: [String: SalesforceMock.IngestJob] = [:]

    /// Opaque to clients.
    func locator(_ place: Int, in id: String) -> String { "L\(id.suffix(4))-\(String(place, radix: 36))" }

    func place(of locator: String, in id: String) -> Int? {
        let prefix = "L\(id.suffix(4))-"
        guard locator.hasPrefix(prefix) else { return nil }
        return Int(locator.dropFirst(prefix.count), radix: 36)
    }
}
