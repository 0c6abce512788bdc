import SluiceCore
import SluiceJSON

/// Lists of records by encoded queries, in the order of `sys_updated_on`, which has whole seconds, and `sys_id`.
extension ServiceNowMock {
    /// What of an encoded query is understood: bounds, all of which hold.
    private struct Conditions {
        /// Seconds since 1970.
        var since = Int64.min
        var until = Int64.max
        var behindKey = ""

        /// Nil for a time that is none.
        init?(_ query: String) {
            for condition in query.split(separator: "^") {
                if condition.hasPrefix("sys_id>") {
                    behindKey = String(condition.dropFirst("sys_id>".count))
                } else if condition.hasPrefix("sys_updated_on"), !take(condition.dropFirst("sys_updated_on".count)) {
                    return nil
                }
            }
        }

        private mutating func take(_ condition: Substring) -> Bool {
            let sign = condition.prefix { "<>=".contains($0) }
            let value = Array(condition.dropFirst(sign.count).utf8)
            guard let time = value.withUnsafeBufferPointer({ TimeText.timestamp($0) }) else { return false }
            let second = ServiceNowMock.second(time.utcMicros)
            switch sign {
            case ">=": since = max(since, second)
            case ">": since = max(since, second + 1)
            case "=": (since, until) = (max(since, second), min(until, second))
            default: return false
            }
            return true
        }
    }

    func list(_ table: String, _ request: MockRequest, _ moment: MockMoment) -> MockAnswer {
        let limit = max(0, min(10_000, request.integer("sysparm_limit") ?? 10_000))
        let offset = max(0, request.integer("sysparm_offset") ?? 0)
        let query = request["sysparm_query"] ?? ""
        // An endless service takes no condition.
        guard let conditions = Conditions(moment.faults.contains(.endless) ? "" : query) else {
            return Self.error(400, "Invalid query", query)
        }
        let found = matching(table, conditions, moment)
        let page = found.dropFirst(offset).prefix(limit)
        // Rules are applied behind the limit.
        let shown = page.filter { isVisible($0.index) }.map { record(table, $0.index) }
        let violation = offset > 0 && !query.contains("ORDERBY") ? "pages by offset without an order" : nil
        var headers = ["X-Total-Count": String(found.count)]
        if page.endIndex < found.endIndex { headers["Link"] = Self.next(request, offset + limit) }
        return MockAnswer(200, .members(["result": .list(shown)]), headers: headers, violation: violation)
    }

    /// All records that fulfil the conditions, in order.
    private func matching(_ table: String, _ conditions: Conditions, _ moment: MockMoment) -> [Timeline.Entry] {
        let timeline = timelines[table] ?? Timeline(seed: 0, rows: 0)
        let (since, isBelow) = conditions.since.multipliedReportingOverflow(by: 1_000_000)
        var found = timeline.page(since: isBelow ? 0 : since, after: nil, limit: .max) { entry in
            !(isLate && entry.index % 3 == 0 && entry.updated + 30_000_000 > moment.now)
        }
        if conditions.until < .max { found.removeAll { Self.second($0.updated) > conditions.until } }
        if !conditions.behindKey.isEmpty { found.removeAll { id($0.index) <= conditions.behindKey } }
        Self.orderWithinSeconds(&found)
        return found
    }

    /// Changes have times of their own, of which nobody sees more than the second.
    private static func orderWithinSeconds(_ entries: inout [Timeline.Entry]) {
        var start = 0
        while start < entries.count {
            let second = second(entries[start].updated)
            var end = start + 1
            while end < entries.count, Self.second(entries[end].updated) == second { end += 1 }
            if end - start > 1 { entries[start..<end].sort { $0.index < $1.index } }
            start = end
        }
    }

    fileprivate static func second(_ micros: Int64) -> Int64 { (micros >= 0 ? micros : micros - 999_999) / 1_000_000 }

    private static func next(_ request: MockRequest, _ offset: Int) -> String {
        var parameters = request.parameters.filter { $0.name != "sysparm_offset" }
        parameters.append(("sysparm_offset", String(offset)))
        return "<\(request.base)\(request.path)?\(FormText.encode(parameters))>;rel=\"next\""
    }
}
