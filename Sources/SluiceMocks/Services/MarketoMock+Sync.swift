import SluiceJSON

/// Leads that clients write: `POST /rest/v1/leads.json`.
extension MarketoMock {
    /// Records of a request, and bytes of its body.
    private static let (most, mostBytes) = (300, 1_000_000)
    static let writable: Set<String> = ["email", "firstName", "lastName", "company", "leadScore"]

    mutating func sync(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        guard request.body.count <= Self.mostBytes else {
            return MockAnswer(413, .members(["error": .string("Request Entity Too Large")]), violation: "sent a body above 1 MB")
        }
        guard let rows = request.json["input"]?.elements, !rows.isEmpty, let action = request.json["action"]?.string,
            ["createOrUpdate", "createOnly", "updateOnly"].contains(action)
        else { return Self.error("609", "Invalid JSON") }
        guard rows.count <= Self.most else {
            var answer = Self.error("1003", "Max number of leads is \(Self.most)")
            answer.violation = "sent \(rows.count) leads in one request"
            return answer
        }
        let lookup = request.json["lookupField"]?.string ?? "email"
        guard ["email", "id"].contains(lookup) else { return Self.error("1006", "Field '\(lookup)' not found") }
        let keys = rows.map { Self.text($0[lookup]).lowercased() }
        guard Set(keys).count == keys.count else {
            var answer = Self.error("1007", "Multiple lead match lookup criteria")
            answer.violation = "sent one lead twice in one request"
            return answer
        }
        for row in rows {
            guard case .object(let members) = row else { return Self.error("609", "Invalid JSON") }
            for member in members where !Self.writable.contains(member.name) && member.name != lookup {
                return Self.error("1006", "Field '\(member.name)' not found")
            }
        }
        return Self.success(
            rows.enumerated().map { number, row in
                if moment.faults.contains(.partialFailure), number % 7 == 3 { return Self.skipped("1008", "the mock was told to") }
                return write(row, action, lookup, at: moment.now)
            })
    }

    private mutating func write(_ row: JSONNode, _ action: String, _ lookup: String, at now: Int64) -> JSONNode {
        guard case .object(let members) = row, !Self.text(row[lookup]).isEmpty else {
            return Self.skipped("1003", "Value for required field '\(lookup)' not specified")
        }
        if let email = row["email"]?.string, !email.contains("@") { return Self.skipped("1003", "Invalid value for field 'email'") }
        let known = index(of: Self.text(row[lookup]).lowercased(), lookup)
        guard known != nil || action != "updateOnly" else { return Self.skipped("1004", "Lead not found") }
        guard known == nil || action != "createOnly" else { return Self.skipped("1005", "Lead already exists") }
        let index: Int
        if let known {
            leads.touch(known, at: now)
            index = known
        } else {
            index = leads.insert(at: now)
        }
        for member in members where Self.writable.contains(member.name) { synced[index, default: [:]][member.name] = member.value }
        return .members(["id": .integer(index + 1), "status": .string(known == nil ? "created" : "updated")])
    }

    private func index(of key: String, _ lookup: String) -> Int? {
        (0..<leads.count).first { index in
            let record = lead(Timeline.Entry(updated: leads.updated(index), index: index))
            return Self.text(record.first { $0.name == lookup }?.value).lowercased() == key
        }
    }

    private static func text(_ node: JSONNode?) -> String {
        guard let node, node != .null else { return "" }
        return node.string ?? String(decoding: node.json, as: UTF8.self)
    }

    private static func skipped(_ code: String, _ words: String) -> JSONNode {
        .members(["status": .string("skipped"), "reasons": .list([.members(["code": .string(code), "message": .string(words)])])])
    }
}
