import SluiceJSON

/// Bulk extracts of leads: `/bulk/v1/leads/export/…`.
///
/// Source: Marketo's REST API guide, "Bulk Extract", "Bulk Lead Extract". What the state of an unknown extract says is not told there; the mock answers 1013,
/// "object not found".
extension MarketoMock {
    /// Extracts that may run at a time, and that may wait.
    private static let (running, queued) = (2, 10)
    /// The longest stretch that an extract may ask for, in microseconds.
    private static let spanMicros: Int64 = 31 * 86_400_000_000
    private static let slowMicros: Int64 = 600_000_000
    /// How long files are kept, in microseconds; the state of their extracts is told for longer.
    private static let keptMicros: Int64 = 7 * 86_400_000_000

    mutating func export(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        let steps = request.path.split(separator: "/").map(String.init)
        guard steps.count >= 5, Array(steps[..<4]) == ["bulk", "v1", "leads", "export"] else { return Self.error("610", "not found") }
        if steps.count == 5 {
            return steps[4] == "create.json" && request.method == "POST" ? create(request, moment) : Self.error("610", "")
        }
        let id = steps[4]
        if moment.faults.contains(.loseJob) { exports.all[id] = nil }
        if moment.faults.contains(.abortJob) { exports.all[id]?.state = "Cancelled" }
        guard let export = exports.all[id] else { return steps[5] == "file.json" ? Self.noFile : Self.error("1013", "Object not found") }
        if export.state == "Queued", moment.now >= export.doneAt { exports.all[id]?.state = export.fails ? "Failed" : "Completed" }
        switch (request.method, steps[5]) {
        case ("POST", "enqueue.json"): return enqueue(id, export, moment)
        case ("POST", "cancel.json"):
            exports.all[id]?.state = "Cancelled"
            return status(id)
        case ("GET", "status.json"): return status(id)
        case ("GET", "file.json"): return file(id, request, moment)
        default: return Self.error("610", "not found")
        }
    }

    private mutating func create(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        let filter = request.json["filter"]?["updatedAt"]
        guard let from = filter?["startAt"]?.string.flatMap(TimeOfRecord.micros),
            let to = filter?["endAt"]?.string.flatMap(TimeOfRecord.micros), from <= to, to - from <= Self.spanMicros
        else { return Self.error("1001", "a filter over 31 days or less is required") }
        let fields = (request.json["fields"]?.elements ?? []).compactMap(\.string)
        let known = Set(lead(Timeline.Entry(updated: 0, index: 0)).map(\.name))
        guard !fields.isEmpty, fields.allSatisfy(known.contains) else { return Self.error("1006", "Field not found") }
        exports.made += 1
        let id = "mock-export-\(exports.made)"
        let entries = leads.page(since: from, after: nil, limit: .max) { $0.updated <= to }
        exports.all[id] = MarketoExports.Export(
            fields: fields, entries: entries.ordered(forJob: exports.made), takes: moment.faults.contains(.slowJob) ? Self.slowMicros : 0,
            fails: moment.faults.contains(.failJob))
        return status(id)
    }

    private mutating func enqueue(_ id: String, _ export: MarketoExports.Export, _ moment: MockMoment) -> MockAnswer {
        guard export.state == "Created" else { return Self.error("1029", "the job is \(export.state)") }
        guard exports.all.values.count(where: { $0.state == "Queued" }) < Self.running + Self.queued else {
            return Self.error("1029", "Too many jobs in queue")
        }
        exports.all[id]?.state = "Queued"
        exports.all[id]?.doneAt = moment.now + export.takes
        return status(id)
    }

    private func status(_ id: String) -> MockAnswer {
        Self.success([.members(["exportId": .string(id), "status": .string(exports.all[id]?.state ?? ""), "format": .string("CSV")])])
    }

    private static let noFile = MockAnswer(404, text: "Export file not found")

    private func file(_ id: String, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        guard let export = exports.all[id], export.state == "Completed" else {
            var answer = Self.noFile
            // It may have been cancelled behind the client's back.
            if exports.all[id]?.state != "Cancelled" { answer.violation = "asked for the file of a job that has not done its work" }
            return answer
        }
        guard !moment.faults.contains(.missingFile), moment.now - export.doneAt < Self.keptMicros else { return Self.noFile }
        var text = CommaText(export.fields)
        for entry in export.entries { text.append(lead(entry)) }
        var answer = MockAnswer(200, text: "")
        answer.headers = ["Content-Type": "text/csv; charset=UTF-8"]
        answer.content = text.bytes
        if let range = request.headers["range"]?.dropFirst("bytes=".count).split(separator: "-").compactMap({ MockRequest.number($0) }),
            range.count == 2
        {
            let (first, end) = (range[0], min(range[1] + 1, text.bytes.count))
            guard first < end else { return MockAnswer(416, .null) }
            answer.status = 206
            answer.headers["Content-Range"] = "bytes \(first)-\(end - 1)/\(text.bytes.count)"
            answer.content = Array(text.bytes[first..<end])
        }
        return answer
    }
}

/// The extracts that there are.
struct MarketoExports: Sendable {
    struct Export: Sendable {
        var fields: [String]
        var entries: [Timeline.Entry]
        var state = "Created"
        var doneAt: Int64 = 0
        var takes: Int64
        var fails: Bool
    }

    /// How many were made.
    var made = 0
    var all: [String: Export] = [:]
}

/// CSV as Marketo writes it: quotes where they are needed, the text `null` for nulls.
private struct CommaText {
    private(set) var bytes: [UInt8]
    private let fields: [String]

    init(_ fields: [String]) {
        self.fields = fields
        bytes = Array((fields.joined(separator: ",") + "\n").utf8)
    }

    mutating func append(_ members: [JSONNode.Member]) {
        let texts = fields.map { name -> String in
            let value = members.first { $0.name == name }?.value ?? .null
            let text = value.string ?? String(decoding: value.json, as: UTF8.self)
            let isPlain = text.utf8.allSatisfy { !"\",\n\r".utf8.contains($0) }
            return isPlain ? text : "\"\(text.replacing("\"", with: "\"\""))\""
        }
        bytes += Array((texts.joined(separator: ",") + "\n").utf8)
    }
}
