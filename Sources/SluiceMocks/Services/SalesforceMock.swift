package import SluiceJSON

/// Salesforce's REST API: token endpoint, queries in a part of SOQL with locators, rows of objects.
///
/// Source: Salesforce's REST API developer guide, "Query", "sObject Rows", "Status codes and error responses".
package struct SalesforceMock: MockService {
    package static let name = "salesforce"
    package static let root: String? = "services"
    /// Requests of a day.
    private static let daily = 100_000

    /// A field of all objects that tells records apart by what other systems call them.
    static let externalID = "External_Id__c"

    var timelines: [String: Timeline]
    var written: [String: [Int: [JSONNode.Member]]] = [:]
    var deleted: [String: Set<Int>] = [:]
    var bulk = BulkJobs()
    /// Whether objects have a field that they had not.
    var hasNewField = false
    private var tokens = MockTokens()
    /// Queries that a user may have open: another one releases the oldest (SOAP API developer guide, "QueryLocator").
    private static let openQueries = 10
    private static let locator = "0r8mock"
    /// Open queries, by their number.
    private var cursors: [Int: Cursor] = [:]
    private var nextCursor = 1
    private var used = 0

    private struct Cursor: Sendable {
        var number: Int
        var query: SOQLQuery
        var includesDeleted: Bool
        /// The rows as they were when the query was made, in its order.
        var entries: [Timeline.Entry]
    }

    package init(seed: UInt64, rows: Int) {
        timelines = ["Account": Timeline(seed: seed, rows: rows), "Contact": Timeline(seed: seed &+ 3, rows: rows)]
    }

    package func quota(of request: MockRequest) -> MockQuota? { nil }

    package func refusal(_ moment: MockMoment) -> MockAnswer { Self.error(503, "SERVER_UNAVAILABLE", "too many requests at once") }

    static func error(_ status: Int, _ code: String, _ words: String) -> MockAnswer {
        MockAnswer(status, .list([.members(["message": .string(words), "errorCode": .string(code)])]))
    }

    package mutating func records(_ entity: String, at now: Int64) -> [JSONNode] {
        let object = entity == "contacts" ? "Contact" : "Account"
        timelines[object]?.advance(to: now)
        return (0..<(timelines[object]?.count ?? 0)).map { .object(members(object, $0)) }
    }

    package mutating func answer(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        for name in timelines.keys { timelines[name]?.advance(to: moment.now) }
        if request.path == "/services/oauth2/authorize" { return tokens.authorize(request) }
        if request.path == "/services/oauth2/token" {
            return tokens.issue(request, at: moment.now, more: [.init(name: "instance_url", value: .string(request.base))])
        }
        if moment.faults.contains(.expireToken) { tokens.expireAll() }
        if moment.faults.contains(.newField) { hasNewField = true }
        if let refusal = unauthorized(request, moment) { return refusal }
        used += 1
        var answer = served(request, moment)
        answer.headers["Sforce-Limit-Info"] = "api-usage=\(used)/\(Self.daily)"
        return answer
    }

    private mutating func served(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        let steps = request.path.split(separator: "/").map(String.init)
        guard steps.count >= 4, steps[0] == "services", steps[1] == "data", steps[2].hasPrefix("v") else { return Self.missing }
        switch (request.method, steps[3], steps.count) {
        case ("GET", "limits", 4):
            return MockAnswer(
                200, .members(["DailyApiRequests": .members(["Max": .integer(Self.daily), "Remaining": .integer(Self.daily - used)])]))
        case ("GET", "query", 4), ("GET", "queryAll", 4): return query(request, moment, isAll: steps[3] == "queryAll")
        case ("GET", "query", 5), ("GET", "queryAll", 5): return page(steps[4], request, moment)
        case (_, "jobs", 5...) where steps[4] == "query": return queryJobs(Array(steps[5...]), request, moment)
        case (_, "jobs", 5...) where steps[4] == "ingest": return ingestJobs(Array(steps[5...]), request, moment)
        case ("GET", "sobjects", 4): return descriptions
        case ("POST", "sobjects", 5) where timelines[steps[4]] != nil: return create(steps[4], request, moment)
        case ("GET", "sobjects", 6) where timelines[steps[4]] != nil && steps[5] == "describe": return description(of: steps[4])
        case (_, "sobjects", 6) where timelines[steps[4]] != nil: return row(steps[4], steps[5], request, moment)
        case (_, "sobjects", 7) where timelines[steps[4]] != nil: return row(steps[4], by: steps[5], steps[6], request, moment)
        default: return Self.missing
        }
    }

    static let missing = error(404, "NOT_FOUND", "The requested resource does not exist")

    private func unauthorized(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer? {
        let refusal = Self.error(401, "INVALID_SESSION_ID", "Session expired or invalid")
        let token = String((request.headers["authorization"] ?? "").dropFirst("Bearer ".count))
        if token == "mock-access-token" { return nil }
        return tokens.refusal(of: token, at: moment.now, ended: refusal, unknown: refusal)
    }

    // MARK: Queries

    private mutating func query(_ request: MockRequest, _ moment: MockMoment, isAll: Bool) -> MockAnswer {
        guard let text = request["q"], let query = SOQLQuery(parsing: text), let timeline = timelines[query.object] else {
            return Self.error(400, "MALFORMED_QUERY", "unexpected token: \(request["q"] ?? "")")
        }
        if query.isCount {
            let count = timeline.page(since: query.since, after: nil, limit: query.limit, isVisible: query.isWithin).count
            return MockAnswer(
                200, .members(["totalSize": .integer(count), "done": .boolean(true), "records": .list([])]))
        }
        if let unknown = unknownField(query) {
            return Self.error(400, "INVALID_FIELD", "No such column '\(unknown)' on entity '\(query.object)'")
        }
        var entries = timeline.page(since: query.since, after: nil, limit: .max, isVisible: query.isWithin)
        if !query.isPlain { entries = ordered(entries, by: query) }
        if entries.count > query.limit { entries.removeLast(entries.count - query.limit) }
        let number = nextCursor
        nextCursor += 1
        cursors[number - Self.openQueries] = nil
        let cursor = Cursor(number: number, query: query, includesDeleted: isAll, entries: entries)
        cursors[number] = cursor
        return give(cursor, from: 0, request, moment)
    }

    func unknownField(_ query: SOQLQuery) -> String? {
        let known = members(query.object, 0)
        return (query.fields + query.order.map(\.field)).first { name in !known.contains { $0.name == name } }
    }

    private func page(_ locator: String, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        let parts = locator.hasPrefix(Self.locator) ? locator.dropFirst(Self.locator.count).split(separator: "-").map { Int($0) } : []
        guard parts.count == 2, let number = parts[0], let place = parts[1], let cursor = cursors[number],
            (0...cursor.entries.count).contains(place), !moment.faults.contains(.expireCursor)
        else { return Self.error(400, "INVALID_QUERY_LOCATOR", "invalid query locator") }
        return give(cursor, from: place, request, moment)
    }

    private func give(_ cursor: Cursor, from place: Int, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        let size = request.headers["sforce-query-options"].flatMap { Int($0.split(separator: "=").last ?? "") } ?? 2_000
        let entries = cursor.entries[place...].prefix(min(max(size, 200), 2_000))
        let hasDeleted = deleted[cursor.query.object] ?? []
        let shown = entries.filter { cursor.includesDeleted || !hasDeleted.contains($0.index) }
        let isEndless = place > 0 && moment.faults.contains(.endless)
        let isDone = entries.endIndex == cursor.entries.count && !isEndless
        var members: [JSONNode.Member] = [
            .init(name: "totalSize", value: .integer(cursor.entries.count)), .init(name: "done", value: .boolean(isDone)),
        ]
        if !isDone {
            let version = request.path.split(separator: "/")[2]
            let next = "\(Self.locator)\(cursor.number)-\(isEndless ? place : entries.endIndex)"
            members.append(.init(name: "nextRecordsUrl", value: .string("/services/data/\(version)/query/\(next)")))
        }
        return MockAnswer(200, "records", recordsText(cursor.query, shown), members)
    }

    func record(_ query: SOQLQuery, _ entry: Timeline.Entry) -> JSONNode {
        let index = entry.index
        let all = members(query.object, index, updated: entry.updated)
        let attributes = JSONNode.members([
            "type": .string(query.object), "url": .string("/services/data/v60.0/sobjects/\(query.object)/\(id(query.object, index))"),
        ])
        return .object([.init(name: "attributes", value: attributes)] + query.fields.compactMap { name in all.first { $0.name == name } })
    }

    // MARK: Rows

    func id(_ object: String, _ index: Int) -> String {
        let digits = String(index + 1)
        return "\(object == "Account" ? "001" : "003")MOCK\(String(repeating: "0", count: max(0, 11 - digits.count)))\(digits)"
    }

    func index(_ object: String, _ id: String) -> Int? {
        guard id.hasPrefix(object == "Account" ? "001MOCK" : "003MOCK"), let number = Int(id.dropFirst(7)), number >= 1,
            number <= timelines[object]?.count ?? 0
        else { return nil }
        return number - 1
    }

    /// - Parameter moment: The change as which the record is shown, its last one when nil; in microseconds since 1970.
    func members(_ object: String, _ index: Int, updated moment: Int64? = nil) -> [JSONNode.Member] {
        let timeline = timelines[object] ?? Timeline(seed: 0, rows: 0)
        let exists = index < timeline.count
        let (created, updated) = exists ? (timeline.created(index), moment ?? timeline.updated(index)) : (0, 0)
        let draw = Timeline.mix(timeline.seed, UInt64(bitPattern: updated) ^ UInt64(index))
        var members: [JSONNode.Member] = [
            .init(name: "Id", value: .string(id(object, index))),
            .init(name: "IsDeleted", value: .boolean(deleted[object]?.contains(index) ?? false)),
        ]
        if object == "Account" {
            members += [
                .init(name: "Name", value: .string("Account \(index + 1)")),
                .init(name: "Type", value: draw % 3 == 0 ? .null : .string("Customer")),
                .init(name: "Industry", value: .string(["Energy", "Retail", "Médias"][Int(draw % 3)])),
                .init(name: "AnnualRevenue", value: draw % 4 == 0 ? .null : .number(Array("\(draw % 1_000_000).25".utf8)[...])),
                .init(name: "NumberOfEmployees", value: .integer(Int(draw % 5_000))),
                .init(name: "Website", value: .string("https://a\(index + 1).example.com")), .init(name: "Phone", value: .null),
                .init(name: "OwnerId", value: .string("005MOCK00000000001")),
            ]
        } else {
            members += [
                .init(name: "AccountId", value: .string(id("Account", 0))), .init(name: "FirstName", value: .string("First\(index + 1)")),
                .init(name: "LastName", value: .string("Last\(index + 1)")),
                .init(name: "Email", value: .string("p\(index + 1)@example.com")),
                .init(name: "Phone", value: .null),
            ]
        }
        members += [
            .init(name: Self.externalID, value: .null),
            .init(name: "CreatedDate", value: .string(Self.time(created))),
            .init(name: "SystemModstamp", value: .string(Self.time(updated))),
        ]
        if hasNewField { members.append(.init(name: "Tier__c", value: .string("T\(draw % 5)"))) }
        for member in written[object]?[index] ?? [] {
            if let place = members.firstIndex(where: { $0.name == member.name }) { members[place] = member }
        }
        return members
    }

    /// `2024-01-01T00:00:00.000+0000`, as Salesforce writes it.
    static func time(_ micros: Int64) -> String { TimeOfRecord.text(micros).dropLast() + ".000+0000" }
}
