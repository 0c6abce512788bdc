import SluiceCore
package import SluiceJSON

/// Zendesk Support: incremental exports by cursor and by time, ordinary lists, writes, token endpoint.
///
/// Source: Zendesk's API reference, "Incremental exports", "Pagination", "Rate limits", "OAuth tokens".
package struct ZendeskMock: MockService {
    package static let name = "zendesk"

    var tickets: Timeline
    var users: Timeline
    let organizations: Int
    /// Fields that clients wrote, by entity and number.
    var written: [String: [Int: [JSONNode.Member]]] = ["tickets": [:], "users": [:]]
    /// Numbers of records that were made under an idempotency key.
    private var idempotent: [String: Int] = [:]
    private var tokens = MockTokens()
    /// Since when records have a new field, some bad values, or come late.
    var hasNewField = false
    var hasBadValues = false
    var isLate = false

    package init(seed: UInt64, rows: Int) {
        tickets = Timeline(seed: seed, rows: rows)
        users = Timeline(seed: seed &+ 1, rows: max(1, rows / 10), interval: 60_000_000)
        organizations = max(1, rows / 50)
    }

    package func quota(of request: MockRequest) -> MockQuota? {
        if request.path.hasPrefix("/oauth/") { return nil }
        if request.path.contains("/incremental/") { return MockQuota(name: "incremental exports", requests: 10, perMicros: 60_000_000) }
        return MockQuota(name: "requests", requests: 200, perMicros: 60_000_000)
    }

    package func refusal(_ moment: MockMoment) -> MockAnswer {
        MockAnswer(
            429,
            .members([
                "error": .string("APIRateLimitExceeded"), "description": .string("Number of allowed API requests per minute exceeded"),
            ]))
    }

    package mutating func records(_ entity: String, at now: Int64) -> [JSONNode] {
        advance(to: now)
        switch entity {
        case "tickets": return (0..<tickets.count).map { record("tickets", $0) }
        case "users": return (0..<users.count).map { record("users", $0) }
        default: return (0..<organizations).map(organization)
        }
    }

    mutating func advance(to now: Int64) {
        tickets.advance(to: now)
        users.advance(to: now)
    }

    package mutating func answer(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        advance(to: moment.now)
        if moment.faults.contains(.newField) { hasNewField = true }
        if moment.faults.contains(.badValues) { hasBadValues = true }
        isLate = moment.faults.contains(.lateWrites)
        if request.path == "/oauth/tokens" { return tokens.issue(request, at: moment.now) }
        if moment.faults.contains(.expireToken) { tokens.expireAll() }
        if let refusal = unauthorized(request, moment) { return refusal }
        let path = request.path.hasSuffix(".json") ? String(request.path.dropLast(5)) : request.path
        let steps = path.split(separator: "/").dropFirst(2).map(String.init)
        guard path.hasPrefix("/api/v2/") else { return Self.missing }
        let (first, second) = (steps.first ?? "", steps.count > 1 ? steps[1] : "")
        switch (request.method, steps.count, first, second) {
        case ("GET", 2, "users", "me"): return MockAnswer(200, .members(["user": record("users", 0)]))
        case ("GET", 3, "incremental", _) where written[second] != nil && steps[2] == "cursor": return export(second, request, moment)
        case ("GET", 2, "incremental", _) where written[second] != nil: return timed(second, request, moment)
        case ("GET", 1, _, _) where Self.lists.contains(first): return list(first, request)
        case ("GET", 2, _, _) where written[first] != nil: return one(first, second)
        case ("POST", 2, "users", "create_or_update"): return upsertUser(request, moment)
        case ("POST", 1, _, _) where written[first] != nil: return create(first, request, moment)
        case ("PUT", 2, _, _) where written[first] != nil: return update(first, second, request, moment)
        default: return Self.missing
        }
    }

    private static let lists: Set<String> = ["tickets", "users", "organizations"]
    static let missing = MockAnswer(404, .members(["error": .string("RecordNotFound"), "description": .string("Not found")]))

    private func unauthorized(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer? {
        let refusal = MockAnswer(401, .members(["error": .string("Couldn't authenticate you")]))
        let header = request.headers["authorization"] ?? ""
        if header.hasPrefix("Basic ") {
            let pair = Base64.decode(Array(header.dropFirst(6).utf8)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            let parts = pair.split(separator: ":", maxSplits: 1)
            return parts.count == 2 && parts[1] != "wrong" ? nil : refusal
        }
        let token = String(header.dropFirst("Bearer ".count))
        if token == "mock-access-token" { return nil }
        return tokens.refusal(of: token, at: moment.now, ended: refusal, unknown: refusal)
    }

    // MARK: Writing

    private func one(_ entity: String, _ id: String) -> MockAnswer {
        guard let index = index(entity, id) else { return Self.missing }
        return MockAnswer(200, .object([.init(name: String(entity.dropLast()), value: record(entity, index))]))
    }

    /// A record that was made or changed; a ticket comes with what changed of it.
    private func changed(_ entity: String, _ index: Int, status: Int) -> MockAnswer {
        var members: [JSONNode.Member] = [.init(name: String(entity.dropLast()), value: record(entity, index))]
        if entity == "tickets" {
            let audit = JSONNode.members(["id": .integer(tickets.count), "ticket_id": .integer(index + 1), "events": .list([])])
            members.append(.init(name: "audit", value: audit))
        }
        return MockAnswer(status, .object(members))
    }

    private func index(_ entity: String, _ id: String) -> Int? {
        let count = entity == "tickets" ? tickets.count : users.count
        return Int(id).flatMap { (1...max(1, count)).contains($0) && count > 0 ? $0 - 1 : nil }
    }

    private func fields(_ entity: String, _ request: MockRequest) -> [JSONNode.Member]? {
        guard case .object(let members)? = request.json[String(entity.dropLast())] else { return nil }
        return members.filter { !["id", "created_at", "updated_at", "comment"].contains($0.name) }
    }

    private mutating func create(_ entity: String, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        guard let fields = fields(entity, request) else { return Self.invalid("\(entity.dropLast()) is missing") }
        if entity == "users", !fields.contains(where: { $0.name == "name" }) { return Self.invalid("Name: is too short") }
        let key = request.headers["idempotency-key"].map { "\(entity) \($0)" }
        if let key, let index = idempotent[key] {
            var answer = changed(entity, index, status: 201)
            answer.headers["X-Idempotency-Lookup"] = "hit"
            return answer
        }
        if entity == "users", let email = Self.text("email", in: fields), user(with: "email", email) != nil {
            return Self.invalid("Email: \(email) is already being used by another user")
        }
        let index = entity == "tickets" ? tickets.insert(at: moment.now) : users.insert(at: moment.now)
        written[entity]?[index] = fields
        if let key { idempotent[key] = index }
        return changed(entity, index, status: 201)
    }

    private mutating func update(_ entity: String, _ id: String, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        guard let index = index(entity, id) else { return Self.missing }
        guard let fields = fields(entity, request) else { return Self.invalid("\(entity.dropLast()) is missing") }
        change(entity, index, fields, moment.now)
        return changed(entity, index, status: 200)
    }

    private mutating func upsertUser(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        guard let fields = fields("users", request) else { return Self.invalid("user is missing") }
        let known = ["external_id", "email"].compactMap { name in Self.text(name, in: fields).flatMap { user(with: name, $0) } }.first
        guard let known else { return create("users", request, moment) }
        change("users", known, fields, moment.now)
        return one("users", String(known + 1))
    }

    private static func text(_ name: String, in fields: [JSONNode.Member]) -> String? { fields.first { $0.name == name }?.value.string }

    /// The user with a text in a field, whatever its case: among those that were written, and by e-mail among the others.
    private func user(with name: String, _ text: String) -> Int? {
        let text = text.lowercased()
        let found = written["users"]?.filter { Self.text(name, in: $0.value)?.lowercased() == text }.keys.min()
        guard found == nil, name == "email", text.hasPrefix("user"), text.hasSuffix("@example.com") else { return found }
        let digits = text.dropFirst("user".count).dropLast("@example.com".count)
        guard let number = Int(digits), String(number) == digits, (1...max(1, users.count)).contains(number), users.count > 0,
            written["users"]?[number - 1]?.contains(where: { $0.name == "email" }) != true
        else { return nil }
        return number - 1
    }

    private mutating func change(_ entity: String, _ index: Int, _ fields: [JSONNode.Member], _ now: Int64) {
        if entity == "tickets" { tickets.touch(index, at: now) } else { users.touch(index, at: now) }
        let names = Set(fields.map(\.name))
        written[entity]?[index, default: []].removeAll { names.contains($0.name) }
        written[entity]?[index, default: []] += fields
    }

    static func invalid(_ words: String) -> MockAnswer {
        MockAnswer(422, .members(["error": .string("RecordInvalid"), "description": .string("Record validation errors: \(words)")]))
    }
}
