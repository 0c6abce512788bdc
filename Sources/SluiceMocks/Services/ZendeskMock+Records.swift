import SluiceJSON

extension ZendeskMock {
    static let statuses = ["new", "open", "pending", "hold", "solved", "closed"]
    static let priorities = ["low", "normal", "high", "urgent"]

    /// A record as it is now.
    func record(_ entity: String, _ index: Int) -> JSONNode {
        guard case .object(var members) = entity == "tickets" ? ticket(index) : user(index) else { return .null }
        for member in written[entity]?[index] ?? [] {
            if let place = members.firstIndex(where: { $0.name == member.name }) { members[place] = member } else { members.append(member) }
        }
        return .object(members)
    }

    private func ticket(_ index: Int) -> JSONNode {
        let updated = tickets.updated(index)
        let draw = Timeline.mix(tickets.seed, UInt64(bitPattern: updated) ^ UInt64(index))
        let requester = JSONNode.integer(Int((draw >> 8) % UInt64(users.rows)) + 1)
        var members: [JSONNode.Member] = [
            .init(name: "url", value: .string("https://mock.zendesk.com/api/v2/tickets/\(index + 1).json")),
            .init(name: "id", value: .integer(index + 1)),
            .init(name: "external_id", value: index % 3 == 0 ? .null : .string("ext-\(index)")),
            .init(name: "subject", value: .string("Ticket \(index + 1): “\(Self.words(draw))”")),
            .init(name: "raw_subject", value: .string("Ticket \(index + 1)")),
            .init(name: "description", value: .string("Line one\nline two, \"quoted\", \(Self.words(draw >> 7))")),
            .init(name: "status", value: .string(Self.statuses[Int(draw % 6)])),
            .init(name: "priority", value: draw % 5 == 0 ? .null : .string(Self.priorities[Int((draw >> 3) % 4)])),
            .init(name: "type", value: .string("incident")),
            .init(name: "requester_id", value: requester),
            .init(name: "submitter_id", value: requester),
            .init(name: "assignee_id", value: draw % 7 == 0 ? .null : .integer(1)),
            .init(name: "organization_id", value: .integer(index % organizations + 1)),
            .init(name: "group_id", value: .integer(Int(draw % 4) + 1)),
            .init(name: "tags", value: .list([.string("mock"), .string("t\(draw % 10)")])),
            .init(name: "custom_fields", value: .list([])), .init(name: "fields", value: .list([])),
            .init(name: "created_at", value: .string(TimeOfRecord.text(tickets.created(index)))),
            .init(name: "updated_at", value: .string(TimeOfRecord.text(updated))),
            .init(name: "generated_timestamp", value: .integer(Int(updated / 1_000_000))),
        ]
        if hasNewField { members.append(.init(name: "sentiment", value: .string("calm"))) }
        if hasBadValues, index % 10 == 3 {
            // A decimal where a whole number belongs, an empty text where nothing is meant, the word null.
            let bad: [JSONNode] = [.number(Array("12.5".utf8)[...]), .string(""), .string("null")]
            if let place = members.firstIndex(where: { $0.name == "group_id" }) { members[place].value = bad[index / 10 % 3] }
        }
        return .object(members)
    }

    private func user(_ index: Int) -> JSONNode {
        .members([
            "id": .integer(index + 1), "name": .string("User \(index + 1)"), "email": .string("user\(index + 1)@example.com"),
            "role": .string(index == 0 ? "admin" : index % 20 == 0 ? "agent" : "end-user"), "active": .boolean(true), "phone": .null,
            "organization_id": .integer(index % organizations + 1), "external_id": .null,
            "created_at": .string(TimeOfRecord.text(users.created(index))), "updated_at": .string(TimeOfRecord.text(users.updated(index))),
        ])
    }

    func organization(_ index: Int) -> JSONNode {
        .members([
            "id": .integer(index + 1), "name": .string("Organization \(index + 1)"), "external_id": .null,
            "created_at": .string(TimeOfRecord.text(Timeline.epoch)), "updated_at": .string(TimeOfRecord.text(Timeline.epoch)),
        ])
    }

    static let vocabulary = ["printer", "jams", "login", "fails", "late", "invoice", "grüße", "日本", "refund", "slow"]

    private static func words(_ draw: UInt64) -> String {
        (0..<4).map { vocabulary[Int((draw >> (UInt64($0) * 5)) % 10)] }.joined(separator: " ")
    }
}
