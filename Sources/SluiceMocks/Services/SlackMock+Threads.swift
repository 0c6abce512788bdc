import SluiceJSON

/// A reply in a thread.
struct SlackReply: Hashable, Sendable {
    var ts: String
    var text: String
    var user: String
}

/// Threads: every seventh message that was there at the beginning has some replies, others come when clients post them.
extension SlackMock {
    /// Oldest first.
    func replies(_ number: Int, _ index: Int) -> [SlackReply] {
        let isThread = index % 7 == 3 && index < channels[number].rows
        let own = (0..<(isThread ? index % 3 + 1 : 0)).map { reply in
            let seconds = channels[number].created(index) / 1_000_000 + Int64(20 * (reply + 1))
            return SlackReply(
                ts: "\(seconds).\(700_000 + index % 30_000 * 10 + reply)", text: "reply \(reply + 1) to message \(index + 1)",
                user: "U\((index + reply) % users + 1)")
        }
        return own + (postedReplies[number]?[index] ?? [])
    }

    /// Of all channels, with what leads to them.
    var allReplies: [JSONNode] {
        channels.indices.flatMap { number in
            (0..<channels[number].count).flatMap { index in
                replies(number, index).map { reply in
                    guard case .object(let members) = node(reply, number, index) else { return .null }
                    return .object(
                        [
                            JSONNode.Member(name: "channel", value: .string(Self.channelID(number))),
                            JSONNode.Member(name: "thread", value: .string(ts(number, index))),
                        ] + members)
                }
            }
        }
    }

    private func node(_ reply: SlackReply, _ number: Int, _ index: Int) -> JSONNode {
        .members([
            "type": .string("message"), "user": .string(reply.user), "text": .string(reply.text), "ts": .string(reply.ts),
            "thread_ts": .string(ts(number, index)),
        ])
    }

    private func place(_ request: MockRequest) -> (number: Int, index: Int)? {
        guard let number = channels.indices.first(where: { Self.channelID($0) == request["channel"] }), let text = request["ts"],
            let index = index(of: text, number)
        else { return nil }
        return (number, index)
    }

    private func index(of text: String, _ number: Int) -> Int? {
        guard let index = text.split(separator: ".").last.flatMap({ Int($0) }), (0..<channels[number].count).contains(index),
            ts(number, index) == text
        else { return nil }
        return index
    }

    /// `conversations.replies`: oldest first, and with each page the message that began the thread.
    func thread(_ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        guard let (number, index) = place(request) else { return Self.error("thread_not_found") }
        let limit = request.limit("limit", default: 1_000, most: 1_000)
        let isInclusive = ["1", "true"].contains(request["inclusive"] ?? "")
        let oldest = Self.micros(request["oldest"]) ?? 0
        let found = replies(number, index).filter { reply in
            let time = Self.micros(reply.ts) ?? 0
            return time > oldest || (time == oldest && isInclusive)
        }
        var start = 0
        if let cursor = request["cursor"], !cursor.isEmpty {
            guard !moment.faults.contains(.expireCursor), cursor.hasPrefix("bmV4dF9yZXA"),
                let place = MockRequest.number(cursor.dropFirst(11))
            else {
                return Self.error("invalid_cursor")
            }
            start = moment.faults.contains(.endless) ? 0 : place
        }
        let range = MockRequest.page(from: start, limit: limit, of: found.count)
        let isMore = range.upperBound < found.count || moment.faults.contains(.endless)
        return MockAnswer(
            200,
            .members([
                "ok": .boolean(true), "messages": .list([message(number, index)] + found[range].map { node($0, number, index) }),
                "has_more": .boolean(isMore),
                "response_metadata": .members(["next_cursor": .string(isMore ? "bmV4dF9yZXA\(range.upperBound)" : "")]),
            ]))
    }

    mutating func reply(_ text: String, to thread: String, _ number: Int, _ moment: MockMoment) -> MockAnswer {
        guard let index = index(of: thread, number) else { return Self.error("thread_not_found") }
        let count = postedReplies.values.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.count } }
        let reply = SlackReply(ts: "\(moment.now / 1_000_000).\(600_000 + count)", text: text, user: "U1")
        postedReplies[number, default: [:]][index, default: []].append(reply)
        return MockAnswer(
            200,
            .members([
                "ok": .boolean(true), "channel": .string(Self.channelID(number)), "ts": .string(reply.ts),
                "message": node(reply, number, index),
            ]))
    }
}
