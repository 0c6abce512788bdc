import SluiceCore
import SluiceJSON

extension ZendeskMock {
    /// Records that come into sight later than their timestamp says: every third change, where that was asked for.
    private func isVisible(_ entry: Timeline.Entry, _ now: Int64) -> Bool {
        !(isLate && entry.index % 3 == 0 && entry.updated + 30_000_000 > now)
    }

    private func page(_ entity: String, since: Int64, after place: Timeline.Entry?, limit: Int, _ now: Int64) -> [Timeline.Entry] {
        let timeline = entity == "tickets" ? tickets : users
        return timeline.page(since: since, after: place, limit: limit) { isVisible($0, now) }
    }

    /// The export by cursor: a page, a cursor behind it, and whether the stream ends here.
    func export(_ entity: String, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        let limit = request.limit("per_page", default: 1_000, most: 1_000)
        var place: Timeline.Entry?
        var since: Int64 = 0
        var violation: String?
        if let cursor = request["cursor"] {
            guard !moment.faults.contains(.expireCursor), let found = Self.place(cursor) else {
                return MockAnswer(
                    400,
                    .members(["error": .string("InvalidPaginationParameter"), "description": .string("cursor is invalid or has expired")]))
            }
            place = found
        } else {
            guard let start = request.seconds("start_time") else { return Self.invalid("start_time is missing") }
            since = Int64(start) * 1_000_000
            guard since <= moment.now - 60_000_000 else {
                return MockAnswer(
                    422,
                    .members(["error": .string("StartTimeTooRecent"), "description": .string("start_time must be over a minute ago")]),
                    violation: "start_time is less than a minute ago")
            }
        }
        if (request.integer("per_page") ?? 0) > 1_000 { violation = "per_page is over 1,000" }
        let entries = page(entity, since: since, after: place, limit: limit, moment.now)
        let last = entries.last ?? place ?? Timeline.Entry(updated: since, index: -1)
        let cursor = moment.faults.contains(.endless) ? request["cursor"] ?? Self.cursor(last) : Self.cursor(last)
        let isEnd = entries.count < limit && !moment.faults.contains(.endless)
        let records = entity == "tickets" ? ticketsText(entries).bytes : JSONNode.list(entries.map { record(entity, $0.index) }).json
        return MockAnswer(
            200, entity, records,
            [
                .init(name: "after_url", value: .string("\(request.base)/api/v2/incremental/\(entity)/cursor.json?cursor=\(cursor)")),
                .init(name: "before_url", value: .null), .init(name: "after_cursor", value: .string(cursor)),
                .init(name: "before_cursor", value: .null), .init(name: "end_of_stream", value: .boolean(isEnd)),
            ], violation: violation)
    }

    private static func cursor(_ entry: Timeline.Entry) -> String { Base64.encode(Array("\(entry.updated),\(entry.index)".utf8)) }

    private static func place(_ cursor: String) -> Timeline.Entry? {
        guard let bytes = Base64.decode(Array(cursor.utf8)) else { return nil }
        let numbers = String(decoding: bytes, as: UTF8.self).split(separator: ",")
        guard numbers.count == 2, let updated = Int64(numbers[0]), let index = Int(numbers[1]) else { return nil }
        return Timeline.Entry(updated: updated, index: index)
    }

    /// The export by time: the end of a page begins the next, whose first records may be those of the page before.
    func timed(_ entity: String, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        guard let start = request.seconds("start_time") else { return Self.invalid("start_time is missing") }
        let limit = request.limit("per_page", default: 1_000, most: 1_000)
        var entries = page(entity, since: Int64(start) * 1_000_000, after: nil, limit: limit, moment.now)
        let isEnd = entries.count < limit
        // A page never ends inside records with one timestamp, or it would begin with them for ever.
        if !isEnd, let last = entries.last {
            entries += page(entity, since: last.updated, after: last, limit: 10, moment.now).prefix { $0.updated == last.updated }
        }
        let end = entries.last.map { Int($0.updated / 1_000_000) } ?? start
        return MockAnswer(
            200,
            .object([
                .init(name: entity, value: .list(entries.map { record(entity, $0.index) })),
                .init(name: "count", value: .integer(entries.count)),
                .init(name: "end_time", value: .integer(end)), .init(name: "end_of_stream", value: .boolean(isEnd)),
                .init(
                    name: "next_page",
                    value: isEnd
                        ? .null : .string("\(request.base)/api/v2/incremental/\(entity).json?start_time=\(end)&per_page=\(limit)")),
            ]))
    }

    /// An ordinary list: pages by cursor where `page[size]` is said, by number otherwise.
    func list(_ entity: String, _ request: MockRequest) -> MockAnswer {
        let count = entity == "tickets" ? tickets.count : entity == "users" ? users.count : organizations
        let limit = request.limit(request["page[size]"] == nil ? "per_page" : "page[size]", default: 100, most: 100)
        let isByCursor = request["page[size]"] != nil
        let number = request.integer("page") ?? 1
        let start = isByCursor ? request.integer("page[after]") ?? 0 : (number - 1) * limit
        let range = MockRequest.page(from: start, limit: limit, of: count)
        let rows = range.map { entity == "organizations" ? organization($0) : record(entity, $0) }
        let hasMore = range.upperBound < count
        var members: [JSONNode.Member] = [.init(name: entity, value: .list(rows))]
        if isByCursor {
            let next = "\(request.base)/api/v2/\(entity).json?page[size]=\(limit)&page[after]=\(range.upperBound)"
            members += [
                .init(
                    name: "meta",
                    value: .members([
                        "has_more": .boolean(hasMore), "after_cursor": hasMore ? .string(String(range.upperBound)) : .null,
                        "before_cursor": .null,
                    ])),
                .init(name: "links", value: .members(["next": hasMore ? .string(next) : .null, "prev": .null])),
            ]
        } else {
            let next = "\(request.base)/api/v2/\(entity).json?page=\(number + 1)&per_page=\(limit)"
            members += [
                .init(name: "next_page", value: hasMore ? .string(next) : .null), .init(name: "previous_page", value: .null),
                .init(name: "count", value: .integer(count)),
            ]
        }
        return MockAnswer(200, .object(members))
    }
}
