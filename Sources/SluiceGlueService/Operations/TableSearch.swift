import SluiceCatalog
import SluiceCore
import SluiceServer

/// The operation SearchTables: words over names, comments, columns, owner and tags, and conditions on what tables say of themselves.
enum TableSearch {
    /// Tables that one search looks at.
    private static let looked = 10_000

    private struct Condition: Sendable {
        var key: String
        var value: String
        var comparator: String?
    }

    /// A condition with its value read as the key wants it.
    private struct Filter {
        let condition: Condition
        /// Of a key that is a time: microseconds since 1970.
        let micros: Int64?

        /// - Throws: `InvalidInputException` for a value that is no time where the key is one.
        init(_ condition: Condition) throws(ServiceFault) {
            self.condition = condition
            guard TableSearch.isTime(condition.key) else {
                micros = nil
                return
            }
            guard let micros = TableSearch.micros(condition.value) else {
                throw Faults.invalid("\(condition.value) is no time: give seconds since 1970, or 2024-01-01T00:00:00Z.")
            }
            self.micros = micros
        }

        func holds(for record: TableRecord) -> Bool {
            if let micros {
                let time = condition.key.lowercased() == "createtime" ? record.createdMicros : record.updatedMicros
                return compares(time, micros, <) ?? (time == micros)
            }
            guard let value = TableSearch.member(condition.key, of: record) else { return false }
            return compares(value, condition.value, TableSearch.isBefore) ?? TableSearch.resembles(value, condition.value)
        }

        /// Nil where the condition is of equality.
        private func compares<Element>(_ value: Element, _ other: Element, _ isBefore: (Element, Element) -> Bool) -> Bool? {
            switch condition.comparator {
            case "GREATER_THAN": isBefore(other, value)
            case "LESS_THAN": isBefore(value, other)
            case "GREATER_THAN_EQUALS": !isBefore(value, other)
            case "LESS_THAN_EQUALS": !isBefore(other, value)
            default: nil
            }
        }
    }

    private static func isTime(_ key: String) -> Bool { ["createtime", "updatetime"].contains(key.lowercased()) }

    /// Seconds since 1970, or ISO 8601, in UTC where it names no zone.
    private static func micros(_ text: String) -> Int64? {
        if let seconds = Double(text), abs(seconds) < 1e12 { return Int64(seconds * 1_000_000) }
        return Array(text.utf8).withUnsafeBufferPointer { bytes in
            TimeText.timestamp(bytes)?.utcMicros ?? TimeText.date(bytes).map { Int64($0) * TimeText.microsPerDay }
        }
    }

    /// Whether a text, or a word of it between marks such as `-`, `:` and `#`, is another, without regard to case. Source: Glue's API reference,
    /// "SearchTables".
    private static func resembles(_ text: String, _ word: String) -> Bool {
        let (text, word) = (text.lowercased(), word.lowercased())
        return text == word || text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.contains { $0 == word }
    }

    @Sendable static func run(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let text = try input.text("SearchText", Rules.search)
        let limit = try input.integer("MaxResults", 1...1_000) ?? GlueLimits.page
        let last = try ListToken.last(&input, "search")
        let conditions =
            try input.structures("Filters", count: Rules.elements) { filter throws(ServiceFault) in
                Condition(
                    key: try filter.requiredText("Key", Rules.search), value: try filter.requiredText("Value", Rules.search),
                    comparator: try filter.text("Comparator", comparators))
            } ?? []
        let orders =
            try input.structures("SortCriteria", count: 0...1) { sort throws(ServiceFault) in
                (try sort.requiredText("FieldName", Rules.search), try sort.requiredText("Sort", TextRule(values: ["ASC", "DESC"])))
            } ?? []
        let share = try input.text("ResourceShareType", TextRule(values: ["FOREIGN", "ALL", "FEDERATED"]))
        try input.finish()
        var found = share == "FOREIGN" || share == "FEDERATED" ? [] : try tables(text, call)
        let filters = try conditions.map(Filter.init)
        found = found.filter { record in filters.allSatisfy { $0.holds(for: record) } }
        if let (field, direction) = orders.first {
            found.sort { a, b in
                let (a, b) = direction == "ASC" ? (a, b) : (b, a)
                return isBefore(member(field, of: a) ?? "", member(field, of: b) ?? "")
            }
        }
        let start =
            try last.map { last -> Int in
                guard let place = Int(last), place >= 0 else { throw Faults.invalid("The NextToken is none of this listing.") }
                return place
            } ?? 0
        let page = found.dropFirst(start).prefix(limit)
        let token = start + page.count < found.count ? WireValue.text(PageToken.text("search", String(start + page.count))) : nil
        return .value(.structure(["TableList": .list(page.map(call.value)), "NextToken": token]))
    }

    private static let comparators = TextRule(values: [
        "EQUALS", "GREATER_THAN", "LESS_THAN", "GREATER_THAN_EQUALS", "LESS_THAN_EQUALS",
    ])

    private static func tables(_ text: String?, _ call: GlueCall) throws -> [TableRecord] {
        let names: [TableName]
        if let text {
            names = try call.catalog.search(SearchQuery(parsing: text), limit: looked).hits.map(\.table.name)
        } else {
            names = try call.catalog.tables(limit: looked).map(\.name)
        }
        return try call.catalog.reading { reader in try names.compactMap { try reader.table($0)?.record } }
    }

    /// What a table says under a key: one of its members, or a parameter.
    private static func member(_ key: String, of record: TableRecord) -> String? {
        let definition = record.definition
        switch key.lowercased() {
        case "name", "tablename": return definition.name.table
        case "databasename", "database": return definition.name.database
        case "description": return definition.comment
        case "owner": return definition.owner
        case "tabletype": return definition.kind.rawValue
        case "createtime": return String(Double(record.createdMicros) / 1_000_000)
        case "updatetime": return String(Double(record.updatedMicros) / 1_000_000)
        case "classification": return definition.parameters["classification"] ?? definition.format
        default: return Hints.visible(definition.parameters)[key]
        }
    }

    /// Numbers by their size, other texts by their letters.
    private static func isBefore(_ a: String, _ b: String) -> Bool {
        if let a = Double(a), let b = Double(b) { return a < b }
        return a.lowercased() < b.lowercased()
    }
}
