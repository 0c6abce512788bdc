import SluiceCore
package import SluiceJSON

/// ServiceNow's Table API: encoded queries with bounds and an order, pages by limit and offset, access rules that hide rows, values as texts; its token
/// endpoint.
///
/// Source: ServiceNow's REST API reference, "Table API"; "OAuth token endpoint" (`oauth_token.do`).
package struct ServiceNowMock: MockService {
    package static let name = "servicenow"

    var timelines: [String: Timeline]
    private var written: [String: [Int: [JSONNode.Member]]] = [:]
    private var tokens = MockTokens()
    private(set) var isLate = false
    private var hasNewField = false
    private var hidesRows = false

    package init(seed: UInt64, rows: Int) {
        timelines = ["incident": Timeline(seed: seed, rows: rows), "sys_user": Timeline(seed: seed &+ 5, rows: max(1, rows / 10))]
    }

    package func quota(of request: MockRequest) -> MockQuota? { MockQuota(name: "requests", requests: 600, perMicros: 60_000_000) }

    package func refusal(_ moment: MockMoment) -> MockAnswer { Self.error(429, "Rate limit exceeded", "") }

    static func error(_ status: Int, _ words: String, _ detail: String) -> MockAnswer {
        MockAnswer(
            status,
            .members(["error": .members(["message": .string(words), "detail": .string(detail)]), "status": .string("failure")]))
    }

    package mutating func records(_ entity: String, at now: Int64) -> [JSONNode] {
        let table = entity == "users" ? "sys_user" : "incident"
        timelines[table]?.advance(to: now)
        return (0..<(timelines[table]?.count ?? 0)).filter(isVisible).map { record(table, $0) }
    }

    package mutating func answer(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        for name in timelines.keys { timelines[name]?.advance(to: moment.now) }
        isLate = moment.faults.contains(.lateWrites)
        if moment.faults.contains(.newField) { hasNewField = true }
        if moment.faults.contains(.hideRows) { hidesRows = true }
        if request.path == "/oauth_token.do" { return tokens.issue(request, at: moment.now) }
        if moment.faults.contains(.expireToken) { tokens.expireAll() }
        if let refusal = unauthorized(request, moment) { return refusal }
        let steps = request.path.split(separator: "/").map(String.init)
        guard steps.count >= 4, steps[0] == "api", steps[1] == "now", steps[2] == "table", timelines[steps[3]] != nil else {
            return Self.error(400, "Invalid table", request.path)
        }
        switch (request.method, steps.count) {
        case ("GET", 4): return list(steps[3], request, moment)
        case ("POST", 4): return write(steps[3], nil, request, moment)
        case ("PATCH", 5), ("PUT", 5): return write(steps[3], steps[4], request, moment)
        default: return Self.error(404, "No Record found", "")
        }
    }

    private func unauthorized(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer? {
        let refusal = Self.error(401, "User Not Authenticated", "Required to provide Auth information")
        let header = request.headers["authorization"] ?? ""
        if header.hasPrefix("Basic ") { return nil }
        guard header.hasPrefix("Bearer ") else { return refusal }
        return tokens.refusal(of: String(header.dropFirst("Bearer ".count)), at: moment.now, ended: refusal, unknown: refusal)
    }

    /// Whether access rules let anybody see a record: of some hundred neighbours none, of others one of five.
    func isVisible(_ index: Int) -> Bool { !hidesRows || index % 5 == 0 && !(100..<300).contains(index % 1_000) }

    func id(_ index: Int) -> String {
        let digits = String(index + 1, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }

    /// `2024-01-31 10:00:00`, in UTC.
    private static func time(_ micros: Int64) -> String { String(TimeOfRecord.text(micros).dropLast()).replacing("T", with: " ") }

    func record(_ table: String, _ index: Int) -> JSONNode {
        let timeline = timelines[table] ?? Timeline(seed: 0, rows: 0)
        let updated = timeline.updated(index)
        let draw = Timeline.mix(timeline.seed, UInt64(bitPattern: updated) ^ UInt64(index))
        var members: [JSONNode.Member] = [.init(name: "sys_id", value: .string(id(index)))]
        if table == "incident" {
            members += [
                .init(name: "number", value: .string("INC\(index + 10_001)")),
                .init(name: "short_description", value: .string("Incident \(index + 1): größer")),
                .init(name: "description", value: .string("")),
                .init(name: "state", value: .string(String(draw % 7 + 1))), .init(name: "priority", value: .string(String(draw % 5 + 1))),
                .init(name: "urgency", value: .string("3")), .init(name: "impact", value: .string("3")),
                .init(name: "active", value: .string(draw % 7 == 6 ? "false" : "true")), .init(name: "caller_id", value: .string(id(0))),
                .init(name: "assigned_to", value: .string("")),
            ]
        } else {
            members += [
                .init(name: "user_name", value: .string("user.\(index + 1)")), .init(name: "name", value: .string("User \(index + 1)")),
                .init(name: "email", value: .string("user\(index + 1)@example.com")), .init(name: "active", value: .string("true")),
            ]
        }
        if hasNewField { members.append(.init(name: "u_new", value: .string("x"))) }
        members += [
            .init(name: "sys_created_on", value: .string(Self.time(timeline.created(index)))),
            .init(name: "sys_updated_on", value: .string(Self.time(updated))),
        ]
        for member in written[table]?[index] ?? [] {
            if let place = members.firstIndex(where: { $0.name == member.name }) { members[place] = member }
        }
        return .object(members)
    }

    private mutating func write(_ table: String, _ key: String?, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        guard case .object(let fields) = request.json else { return Self.error(400, "Invalid body", "no object") }
        let index: Int
        if let key {
            guard let number = Int(key, radix: 16), number >= 1, number <= timelines[table]?.count ?? 0 else {
                return Self.error(404, "No Record found", "Record doesn't exist or ACL restricts the record retrieval")
            }
            index = number - 1
            timelines[table]?.touch(index, at: moment.now)
        } else {
            index = timelines[table]?.insert(at: moment.now) ?? 0
        }
        let names = Set(fields.map(\.name))
        written[table, default: [:]][index, default: []].removeAll { names.contains($0.name) }
        written[table, default: [:]][index, default: []] += fields
        return MockAnswer(key == nil ? 201 : 200, .members(["result": record(table, index)]))
    }
}
