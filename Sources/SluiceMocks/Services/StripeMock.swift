package import SluiceJSON

/// Stripe: lists of objects, newest first, by the last one's id; writes with idempotency keys.
///
/// Source: Stripe's API reference, "Pagination", "Idempotent requests", "Errors", "Rate limits".
package struct StripeMock: MockService {
    package static let name = "stripe"

    private var timelines: [String: Timeline]
    private var written: [String: [Int: [JSONNode.Member]]] = [:]
    /// Answers by idempotency key.
    private var answers: [String: (body: [(String, String)], answer: MockAnswer)] = [:]

    package init(seed: UInt64, rows: Int) {
        timelines = [
            "customers": Timeline(seed: seed, rows: rows), "charges": Timeline(seed: seed &+ 7, rows: rows),
            "events": Timeline(seed: seed &+ 9, rows: rows),
        ]
    }

    package func quota(of request: MockRequest) -> MockQuota? { MockQuota(name: "requests", requests: 100, perMicros: 1_000_000) }

    package func refusal(_ moment: MockMoment) -> MockAnswer {
        MockAnswer(429, Self.error("rate_limit", "Request rate limit exceeded.", type: "api_error"))
    }

    private static func error(_ code: String, _ words: String, type: String = "invalid_request_error") -> JSONNode {
        .members(["error": .members(["code": .string(code), "message": .string(words), "type": .string(type)])])
    }

    package mutating func records(_ entity: String, at now: Int64) -> [JSONNode] {
        timelines[entity]?.advance(to: now)
        return (0..<(timelines[entity]?.count ?? 0)).map { record(entity, $0) }
    }

    package mutating func answer(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        for name in timelines.keys { timelines[name]?.advance(to: moment.now) }
        let key = request.headers["authorization"] ?? ""
        guard key.hasPrefix("Bearer sk_") || key.hasPrefix("Bearer rk_") || key.hasPrefix("Basic ") else {
            return MockAnswer(401, Self.error("api_key_invalid", "Invalid API Key provided."))
        }
        let steps = request.path.split(separator: "/").map(String.init)
        guard steps.count >= 2, steps[0] == "v1", timelines[steps[1]] != nil else { return unknown(request) }
        switch (request.method, steps.count) {
        case ("GET", 2): return list(steps[1], request, moment)
        case ("GET", 3): return index(steps[1], steps[2]).map { MockAnswer(200, record(steps[1], $0)) } ?? unknown(request)
        case ("POST", 2), ("POST", 3): return once(request) { $0.write(steps, request, moment) }
        default: return unknown(request)
        }
    }

    private func unknown(_ request: MockRequest) -> MockAnswer {
        MockAnswer(404, Self.error("resource_missing", "Unrecognized request URL (\(request.method): \(request.path))."))
    }

    // MARK: Reading

    private static func prefix(_ entity: String) -> String { ["customers": "cus", "charges": "ch"][entity] ?? "evt" }

    private func id(_ entity: String, _ index: Int) -> String {
        let digits = String(index + 1)
        return "\(Self.prefix(entity))_mock\(String(repeating: "0", count: max(0, 9 - digits.count)))\(digits)"
    }

    private func index(_ entity: String, _ id: String) -> Int? {
        guard id.hasPrefix("\(Self.prefix(entity))_mock"), let number = Int(id.dropFirst(Self.prefix(entity).count + 5)), number >= 1,
            number <= timelines[entity]?.count ?? 0
        else { return nil }
        return number - 1
    }

    private func list(_ entity: String, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        let limit = request.integer("limit") ?? 10
        guard (1...100).contains(limit) else { return MockAnswer(400, Self.error("parameter_invalid_integer", "limit is from 1 to 100")) }
        let filter: StripeFilter
        do throws(StripeFilter.Refusal) {
            filter = try StripeFilter(request, entity)
        } catch {
            return MockAnswer(400, Self.error(error.code, error.words))
        }
        let timeline = timelines[entity] ?? Timeline(seed: 0, rows: 0)
        // Newest first; of objects that are newer than one, those next to it.
        let isUpward = request["ending_before"] != nil
        guard !isUpward || request["starting_after"] == nil else {
            return MockAnswer(400, Self.error("parameters_exclusive", "Only one of starting_after and ending_before can be given."))
        }
        var place = timeline.count - 1
        if let known = request["ending_before"] ?? request["starting_after"], isUpward || !moment.faults.contains(.endless) {
            guard let index = index(entity, known) else {
                return MockAnswer(400, Self.error("resource_missing", "No such object: '\(known)'"))
            }
            place = isUpward ? index + 1 : index - 1
        }
        var found: [JSONNode] = []
        var hasMore = false
        while (0..<timeline.count).contains(place), !hasMore {
            let created = Int(timeline.created(place) / 1_000_000)
            if isUpward ? created > filter.created.upperBound : created < filter.created.lowerBound { break }
            if filter.created.contains(created), let object = wanted(entity, place, filter) {
                hasMore = found.count == limit
                if !hasMore { found.append(object) }
            }
            place += isUpward ? 1 : -1
        }
        if isUpward { found.reverse() }
        return MockAnswer(
            200,
            .members([
                "object": .string("list"), "url": .string(request.path), "has_more": .boolean(hasMore || moment.faults.contains(.endless)),
                "data": .list(found),
            ]))
    }

    /// An object, where it has the texts that the list is asked for.
    private func wanted(_ entity: String, _ index: Int, _ filter: StripeFilter) -> JSONNode? {
        let object = record(entity, index)
        return filter.equals.allSatisfy { object[$0.name]?.string == $0.value } ? object : nil
    }

    private func record(_ entity: String, _ index: Int) -> JSONNode {
        let created = Int((timelines[entity]?.created(index) ?? 0) / 1_000_000)
        let draw = Timeline.mix(timelines[entity]?.seed ?? 0, UInt64(index))
        var members: [JSONNode.Member] = [
            .init(name: "id", value: .string(id(entity, index))), .init(name: "object", value: .string(String(entity.dropLast()))),
            .init(name: "created", value: .integer(created)), .init(name: "livemode", value: .boolean(false)),
        ]
        switch entity {
        case "customers":
            members += [
                .init(name: "name", value: .string("Customer \(index + 1)")),
                .init(name: "email", value: .string("c\(index + 1)@example.com")),
                .init(name: "phone", value: .null), .init(name: "description", value: draw % 2 == 0 ? .null : .string("since \(created)")),
                .init(name: "currency", value: .string("eur")), .init(name: "balance", value: .integer(Int(draw % 10_000))),
                .init(name: "delinquent", value: .boolean(draw % 9 == 0)), .init(name: "metadata", value: .members([:])),
            ]
        case "charges":
            members += [
                .init(name: "amount", value: .integer(Int(draw % 100_000))), .init(name: "amount_refunded", value: .integer(0)),
                .init(name: "currency", value: .string("eur")), .init(name: "customer", value: .string(id("customers", 0))),
                .init(name: "description", value: .null), .init(name: "paid", value: .boolean(draw % 10 != 0)),
                .init(name: "refunded", value: .boolean(false)),
                .init(name: "status", value: .string(draw % 10 == 0 ? "failed" : "succeeded")),
            ]
        default:
            members += [.init(name: "type", value: .string("customer.created")), .init(name: "api_version", value: .string("2024-06-20"))]
        }
        for member in written[entity]?[index] ?? [] {
            if let place = members.firstIndex(where: { $0.name == member.name }) { members[place] = member } else { members.append(member) }
        }
        return .object(members)
    }

    // MARK: Writing

    /// The same answer for the same idempotency key.
    private mutating func once(_ request: MockRequest, _ write: (inout Self) -> MockAnswer) -> MockAnswer {
        guard let key = request.headers["idempotency-key"] else { return write(&self) }
        let body = request.parameters.map { ($0.name, $0.value) }
        if let known = answers[key] {
            guard known.body.elementsEqual(body, by: ==) else {
                return MockAnswer(
                    400, Self.error("idempotency_key_in_use", "Keys for idempotent requests can only be used with the same parameters."))
            }
            var answer = known.answer
            answer.headers["Idempotent-Replayed"] = "true"
            return answer
        }
        let answer = write(&self)
        answers[key] = (body, answer)
        return answer
    }

    private mutating func write(_ steps: [String], _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        let entity = steps[1]
        guard entity == "customers" else { return unknown(request) }
        let known = ["name", "email", "phone", "description", "balance"]
        var fields: [JSONNode.Member] = []
        for parameter in request.parameters where !Self.isMetadata(parameter.name) && !parameter.name.hasPrefix("expand[") {
            guard known.contains(parameter.name) else {
                return MockAnswer(400, Self.error("parameter_unknown", "Received unknown parameter: \(parameter.name)"))
            }
            let number = parameter.name == "balance" ? Int(parameter.value) : nil
            guard parameter.name != "balance" || number != nil else {
                return MockAnswer(400, Self.error("parameter_invalid_integer", "Invalid integer: \(parameter.value)"))
            }
            // An empty value unsets a field.
            let text: JSONNode = parameter.value.isEmpty ? .null : .string(parameter.value)
            fields.append(.init(name: parameter.name, value: number.map { .integer($0) } ?? text))
        }
        if let email = fields.first(where: { $0.name == "email" })?.value.string, !email.contains("@") {
            return MockAnswer(400, Self.error("email_invalid", "Invalid email address: \(email)"))
        }
        let index: Int
        if steps.count == 3 {
            guard let found = self.index(entity, steps[2]) else {
                return MockAnswer(404, Self.error("resource_missing", "No such customer"))
            }
            index = found
        } else {
            index = timelines[entity]?.insert(at: moment.now) ?? 0
        }
        if let metadata = metadata(of: index, with: request) { fields.append(.init(name: "metadata", value: metadata)) }
        let names = Set(fields.map(\.name))
        written[entity, default: [:]][index, default: []].removeAll { names.contains($0.name) }
        written[entity, default: [:]][index, default: []] += fields
        return MockAnswer(200, record(entity, index))
    }
    private static func isMetadata(_ name: String) -> Bool { name == "metadata" || name.hasPrefix("metadata[") && name.hasSuffix("]") }

    /// A customer's metadata after a write: members that it names are set, or removed by an empty value; an empty `metadata` removes all. Nil for a
    /// write that says nothing of it.
    ///
    /// Source: Stripe's API reference, "Metadata".
    private func metadata(of index: Int, with request: MockRequest) -> JSONNode? {
        let given = request.parameters.filter { Self.isMetadata($0.name) }
        guard !given.isEmpty else { return nil }
        var members: [JSONNode.Member] = []
        if case .object(let known)? = written["customers"]?[index]?.first(where: { $0.name == "metadata" })?.value { members = known }
        for parameter in given {
            guard parameter.name != "metadata" else {
                members = []
                continue
            }
            let name = String(parameter.name.dropFirst("metadata[".count).dropLast())
            members.removeAll { $0.name == name }
            if !parameter.value.isEmpty { members.append(.init(name: name, value: .string(parameter.value))) }
        }
        return .object(members)
    }
}
