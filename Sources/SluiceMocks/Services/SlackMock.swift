package import SluiceJSON

/// Slack's Web API: errors come with status 200, messages newest first, an empty cursor ends a list.
///
/// Source: Slack's API reference, "Pagination", "Rate limits" and the pages of the methods.
package struct SlackMock: MockService {
    package static let name = "slack"

    /// Messages of each channel, oldest first.
    private(set) var channels: [Timeline]
    let users: Int
    /// Replies that clients posted, by channel and message.
    var postedReplies: [Int: [Int: [SlackReply]]] = [:]
    private var posted: [Int: [Int: String]] = [:]

    package init(seed: UInt64, rows: Int) {
        let count = rows >= 10_000 ? 20 : 3
        channels = (0..<count).map { number in
            Timeline(seed: seed &+ UInt64(number), rows: rows / count + (number < rows % count ? 1 : 0), interval: 30_000_000)
        }
        users = max(3, rows / 20)
    }

    package func quota(of request: MockRequest) -> MockQuota? {
        let tiers = [
            "/api/conversations.list": 20, "/api/users.list": 20, "/api/conversations.history": 50,
            "/api/conversations.replies": 50, "/api/chat.postMessage": 60,
        ]
        return tiers[request.path].map { MockQuota(name: String(request.path.dropFirst(5)), requests: $0, perMicros: 60_000_000) }
    }

    package func refusal(_ moment: MockMoment) -> MockAnswer {
        MockAnswer(429, .members(["ok": .boolean(false), "error": .string("ratelimited")]))
    }

    package mutating func records(_ entity: String, at now: Int64) -> [JSONNode] {
        advance(to: now)
        switch entity {
        case "channels": return channels.indices.map(channel)
        case "users": return (0..<users).map(user)
        case "replies": return allReplies
        default:
            return channels.indices.flatMap { number in
                (0..<channels[number].count).map { index in
                    guard case .object(let members) = message(number, index) else { return .null }
                    return .object([JSONNode.Member(name: "channel", value: .string(Self.channelID(number)))] + members)
                }
            }
        }
    }

    private mutating func advance(to now: Int64) { for number in channels.indices { channels[number].advance(to: now) } }

    static func error(_ code: String) -> MockAnswer { MockAnswer(200, .members(["ok": .boolean(false), "error": .string(code)])) }

    package mutating func answer(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        advance(to: moment.now)
        var request = request
        if case .object(let members) = request.json {
            request.parameters += members.compactMap { member in
                (member.value.string ?? (member.value.integer.map { String($0) })).map { (member.name, $0) }
            }
        }
        let token = request.headers["authorization"]?.dropFirst("Bearer ".count).description ?? request["token"] ?? ""
        guard token.hasPrefix("xox") else { return Self.error(token.isEmpty ? "not_authed" : "invalid_auth") }
        if moment.faults.contains(.errorInSuccess) { return Self.error("internal_error") }
        switch request.path {
        case "/api/api.test": return MockAnswer(200, .members(["ok": .boolean(true)]))
        case "/api/auth.test":
            return MockAnswer(
                200, .members(["ok": .boolean(true), "team": .string("mock"), "user_id": .string("U1"), "team_id": .string("T1")]))
        case "/api/conversations.list": return list("channels", channels.count, request, moment, channel)
        case "/api/users.list": return list("members", users, request, moment, user)
        case "/api/conversations.history": return history(request, moment)
        case "/api/conversations.replies": return thread(request, moment)
        case "/api/chat.postMessage": return post(request, moment)
        default: return Self.error("unknown_method")
        }
    }

    // MARK: Records

    static func channelID(_ number: Int) -> String {
        "C\(String(repeating: "0", count: max(0, 8 - String(number + 1).count)))\(number + 1)"
    }

    private func channel(_ number: Int) -> JSONNode {
        .members([
            "id": .string(Self.channelID(number)), "name": .string("channel-\(number + 1)"), "is_channel": .boolean(true),
            "is_private": .boolean(false), "is_archived": .boolean(number % 4 == 3), "num_members": .integer(users),
            "created": .integer(Int(Timeline.epoch / 1_000_000)),
        ])
    }

    private func user(_ index: Int) -> JSONNode {
        .members([
            "id": .string("U\(index + 1)"), "name": .string("user\(index + 1)"), "real_name": .string("User \(index + 1)"),
            "deleted": .boolean(false), "is_bot": .boolean(index % 10 == 9), "updated": .integer(Int(Timeline.epoch / 1_000_000)),
        ])
    }

    /// Unlike any other of its channel: the second, and the message's number.
    func ts(_ number: Int, _ index: Int) -> String {
        let fraction = String(index % 1_000_000)
        return "\(channels[number].created(index) / 1_000_000).\(String(repeating: "0", count: 6 - fraction.count))\(fraction)"
    }

    func message(_ number: Int, _ index: Int) -> JSONNode {
        let text = posted[number]?[index] ?? "message \(index + 1) of channel \(number + 1) <https://example.com|ü>"
        let members: [JSONNode.Member] = [
            .init(name: "type", value: .string("message")), .init(name: "user", value: .string("U\(index % users + 1)")),
            .init(name: "text", value: .string(text)), .init(name: "ts", value: .string(ts(number, index))),
        ]
        let replies = replies(number, index)
        guard let last = replies.last else { return .object(members) }
        return .object(
            members + [
                .init(name: "thread_ts", value: .string(ts(number, index))), .init(name: "reply_count", value: .integer(replies.count)),
                .init(name: "latest_reply", value: .string(last.ts)),
            ])
    }

    // MARK: Methods

    private func list(
        _ name: String, _ count: Int, _ request: MockRequest, _ moment: MockMoment, _ record: (Int) -> JSONNode
    ) -> MockAnswer {
        let limit = request.limit("limit", default: 100, most: 1_000)
        var start = 0
        if let cursor = request["cursor"], !cursor.isEmpty {
            guard !moment.faults.contains(.expireCursor), cursor.hasPrefix("dXNlcjp"), let place = MockRequest.number(cursor.dropFirst(7))
            else {
                return Self.error("invalid_cursor")
            }
            start = moment.faults.contains(.endless) ? 0 : place
        }
        let range = MockRequest.page(from: start, limit: limit, of: count)
        let next = range.upperBound < count || moment.faults.contains(.endless) ? "dXNlcjp\(range.upperBound)" : ""
        return MockAnswer(
            200,
            .object([
                .init(name: "ok", value: .boolean(true)), .init(name: name, value: .list(range.map(record))),
                .init(name: "response_metadata", value: .members(["next_cursor": .string(next)])),
            ]))
    }

    private func history(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        guard let number = channels.indices.first(where: { Self.channelID($0) == request["channel"] }) else {
            return Self.error("channel_not_found")
        }
        let limit = request.limit("limit", default: 100, most: 1_000)
        let isInclusive = ["1", "true"].contains(request["inclusive"] ?? "")
        var top = channels[number].count - 1
        if let cursor = request["cursor"], !cursor.isEmpty {
            guard !moment.faults.contains(.expireCursor), cursor.hasPrefix("bmV4dF90czo"),
                let place = MockRequest.number(cursor.dropFirst(11))
            else {
                return Self.error("invalid_cursor")
            }
            top = min(place, top)
        }
        let oldest = Self.micros(request["oldest"]) ?? 0
        let latest = Self.micros(request["latest"]) ?? .max
        var found: [JSONNode] = []
        var place = top
        while place >= 0, found.count < limit {
            let time = Self.micros(ts(number, place)) ?? 0
            if time < oldest || (time == oldest && !isInclusive) { break }
            if time < latest || (time == latest && isInclusive) { found.append(message(number, place)) }
            place -= 1
        }
        let next = place >= 0 ? Self.micros(ts(number, place)) ?? 0 : -1
        let hasMore = place >= 0 && (next > oldest || (next == oldest && isInclusive))
        let cursor = hasMore || moment.faults.contains(.endless) ? "bmV4dF90czo\(moment.faults.contains(.endless) ? top : place)" : ""
        return MockAnswer(
            200,
            .members([
                "ok": .boolean(true), "messages": .list(found), "has_more": .boolean(!cursor.isEmpty),
                "response_metadata": .members(["next_cursor": .string(cursor)]),
            ]))
    }

    static func micros(_ text: String?) -> Int64? {
        guard let parts = text?.split(separator: "."), let first = parts.first, let seconds = MockRequest.number(first).map(Int64.init)
        else { return nil }
        let digits = parts.count == 2 ? parts[1].prefix(6) : "0"
        return seconds * 1_000_000 + (Int64(digits + String(repeating: "0", count: 6 - digits.count)) ?? 0)
    }

    private mutating func post(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        guard let number = channels.indices.first(where: { Self.channelID($0) == request["channel"] }) else {
            return Self.error("channel_not_found")
        }
        guard let text = request["text"], !text.isEmpty else { return Self.error("no_text") }
        if let thread = request["thread_ts"], !thread.isEmpty { return reply(text, to: thread, number, moment) }
        let index = channels[number].insert(at: moment.now)
        posted[number, default: [:]][index] = text
        return MockAnswer(
            200,
            .members([
                "ok": .boolean(true), "channel": .string(Self.channelID(number)), "ts": .string(ts(number, index)),
                "message": message(number, index),
            ]))
    }
}
