package import SluiceJSON

/// Marketo's REST API: tokens, activities by paging tokens, leads by filter, bulk extracts of leads.
///
/// Source: Marketo's REST API guide, "Authentication", "Error codes", "Activities", "Leads", "Bulk Lead Extract".
package struct MarketoMock: MockService {
    package static let name = "marketo"

    var leads: Timeline
    /// Members that clients have written, by lead.
    var synced: [Int: [String: JSONNode]] = [:]
    private var activities: Timeline
    private var tokens = MockTokens()
    var exports = MarketoExports()
    private var badBytes = false

    package init(seed: UInt64, rows: Int) {
        leads = Timeline(seed: seed &+ 11, rows: rows)
        activities = Timeline(seed: seed &+ 12, rows: rows)
    }

    package func quota(of request: MockRequest) -> MockQuota? {
        request.path.hasPrefix("/identity") ? nil : MockQuota(name: "marketo calls", requests: 100, perMicros: 20_000_000)
    }

    package func refusal(_ moment: MockMoment) -> MockAnswer { Self.error("606", "Max rate limit '100' exceeded with in '20' secs") }

    /// Errors come with status 200.
    static func error(_ code: String, _ words: String) -> MockAnswer {
        MockAnswer(
            200,
            .members([
                "requestId": .string("mock#1"), "success": .boolean(false),
                "errors": .list([.members(["code": .string(code), "message": .string(words)])]),
            ]))
    }

    static func success(_ result: [JSONNode]?, _ more: [JSONNode.Member] = []) -> MockAnswer {
        var members: [JSONNode.Member] = [
            .init(name: "requestId", value: .string("mock#1")), .init(name: "success", value: .boolean(true)),
        ]
        if let result { members.append(.init(name: "result", value: .list(result))) }
        return MockAnswer(200, .object(members + more))
    }

    package mutating func records(_ entity: String, at now: Int64) -> [JSONNode] {
        if entity == "activities" {
            activities.advance(to: now)
            return activities.page(since: 0, after: nil, limit: .max).map { activity($0) }
        }
        leads.advance(to: now)
        return leads.page(since: 0, after: nil, limit: .max).map { .object(lead($0)) }
    }

    package mutating func answer(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        leads.advance(to: moment.now)
        activities.advance(to: moment.now)
        if request.path == "/identity/oauth/token" {
            let answer = tokens.issue(request, at: moment.now)
            return answer.status == 200 ? answer : MockAnswer(401, .members(["error": .string("unauthorized")]))
        }
        if moment.faults.contains(.expireToken) { tokens.expireAll() }
        if moment.faults.contains(.badBytes) { badBytes = true }
        if let refusal = unauthorized(request, moment) { return refusal }
        if moment.faults.contains(.errorInSuccess) { return Self.error("611", "System error") }
        switch (request.method, request.path) {
        case ("GET", "/rest/v1/activities/types.json"):
            return Self.success([.members(["id": .integer(12), "name": .string("New Lead")])])
        case ("GET", "/rest/v1/activities/pagingtoken.json"): return pagingToken(request)
        case ("GET", "/rest/v1/activities.json"): return activityPage(request, moment)
        case ("GET", "/rest/v1/leads.json"): return leadsByFilter(request)
        case ("POST", "/rest/v1/leads.json"): return sync(request, moment)
        default: return export(request, moment)
        }
    }

    private func unauthorized(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer? {
        if request["access_token"] != nil {
            var answer = Self.error("601", "Access token invalid")
            answer.violation = "sent the token in the address, where it is not taken any more"
            return answer
        }
        let token = String((request.headers["authorization"] ?? "").dropFirst("Bearer ".count))
        return tokens.refusal(
            of: token, at: moment.now, ended: Self.error("602", "Access token expired"), unknown: Self.error("601", "Access token invalid"))
    }

    // MARK: Activities

    private func pagingToken(_ request: MockRequest) -> MockAnswer {
        guard let since = request["sinceDatetime"].flatMap(TimeOfRecord.micros) else { return Self.error("1001", "Invalid sinceDatetime") }
        return Self.success(nil, [.init(name: "nextPageToken", value: .string("since \(since)"))])
    }

    /// A page with no record has no result, and may not be the last.
    private func activityPage(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        guard let token = request["nextPageToken"] else { return Self.error("1077", "nextPageToken is required") }
        let parts = token.split(separator: " ")
        guard parts.count >= 2, parts[0] == "since" || parts.count == 3, let number = Int64(parts[1]),
            !moment.faults.contains(.expireCursor)
        else { return Self.error("1077", "Paging token expired") }
        guard (request["activityTypeIds"] ?? "").split(separator: ",").count <= 10 else {
            var answer = Self.error("1003", "too many activityTypeIds")
            answer.violation = "asked for more than 10 types of activities"
            return answer
        }
        let limit = request.limit("batchSize", default: 300, most: 300)
        let place = parts[0] == "at" ? Timeline.Entry(updated: number, index: Int(parts[2]) ?? 0) : nil
        let isLate = moment.faults.contains(.lateWrites)
        let entries = activities.page(since: place == nil ? number : 0, after: place, limit: limit) { entry in
            !isLate || entry.updated + 30_000_000 <= moment.now
        }
        let last = entries.last ?? place
        var next = last.map { "at \($0.updated) \($0.index)" } ?? token
        if moment.faults.contains(.endless) { next = token }
        let isMore = entries.count == limit || moment.faults.contains(.endless)
        return Self.success(
            entries.isEmpty ? nil : entries.map { activity($0) },
            [.init(name: "nextPageToken", value: .string(next)), .init(name: "moreResult", value: .boolean(isMore))])
    }

    private func activity(_ entry: Timeline.Entry) -> JSONNode {
        .members([
            "marketoGUID": .string("mg\(entry.index + 1)"), "leadId": .integer(entry.index % max(1, leads.rows) + 1),
            "activityDate": .string(TimeOfRecord.text(entry.updated)), "activityTypeId": .integer(12), "campaignId": .null,
            "primaryAttributeValueId": .integer(entry.index), "primaryAttributeValue": .string("page \(entry.index % 7)"),
        ])
    }

    // MARK: Leads

    private func leadsByFilter(_ request: MockRequest) -> MockAnswer {
        guard request["filterType"] == "id" else { return Self.error("1003", "filterType is id") }
        let ids = Set((request["filterValues"] ?? "").split(separator: ",").compactMap { Int($0) })
        guard ids.count <= 300 else { return Self.error("1003", "too many filterValues") }
        return Self.success(leads.page(since: 0, after: nil, limit: .max) { ids.contains($0.index + 1) }.map { .object(lead($0)) })
    }

    func lead(_ entry: Timeline.Entry) -> [JSONNode.Member] {
        guard let written = synced[entry.index] else { return generated(entry) }
        // What a client made has nothing but what the client said.
        let isOwn = entry.index >= leads.rows
        return generated(entry).map { member in
            if let value = written[member.name] { return .init(name: member.name, value: value) }
            return isOwn && Self.writable.contains(member.name) ? .init(name: member.name, value: .null) : member
        }
    }

    private func generated(_ entry: Timeline.Entry) -> [JSONNode.Member] {
        let draw = Timeline.mix(leads.seed, UInt64(bitPattern: entry.updated) ^ UInt64(entry.index))
        let name = badBytes && entry.index % 10 == 3 ? "A\u{0}nn\r" : "Ann, the \"\(entry.index + 1)\""
        return [
            .init(name: "id", value: .integer(entry.index + 1)), .init(name: "email", value: .string("p\(entry.index + 1)@example.com")),
            .init(name: "firstName", value: .string(name)), .init(name: "lastName", value: .string("Zoë")),
            .init(name: "company", value: draw % 3 == 0 ? .null : .string("Acme")),
            .init(name: "leadScore", value: .integer(Int(draw % 100))),
            .init(name: "createdAt", value: .string(TimeOfRecord.text(leads.created(entry.index)))),
            .init(name: "updatedAt", value: .string(TimeOfRecord.text(entry.updated))),
        ]
    }
}
