import SluiceCatalog
import SluiceCore
import SluiceServer

/// The operation GetPartitions.
struct PartitionListing: Sendable {
    /// One of several parts of a table's partitions, which are read side by side.
    private struct Segment: Sendable {
        var number: Int
        var total: Int

        /// The same partition is in the same segment, always (FNV-1a).
        func has(_ values: [String]) -> Bool {
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in values.joined(separator: "/").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            return hash % UInt64(total) == UInt64(number)
        }
    }

    private let database: String
    private let table: String
    private let expression: String?
    private let limit: Int
    private let withColumns: Bool
    /// The last of the page before.
    private let after: [String]?
    private let segment: Segment?

    @Sendable static func run(_ call: GlueCall) async throws -> TargetAnswer {
        let listing = try PartitionListing(call)
        // An expression or a segment may pick few of many partitions, which are all looked at.
        let isShort = listing.expression == nil && listing.segment == nil && listing.limit <= GlueLimits.page
        return isShort ? try listing.answer(call) : try await call.apart { try listing.answer(call) }
    }

    private init(_ call: GlueCall) throws(ServiceFault) {
        var input = try call.members()
        (database, table) = (try input.databaseName(), try input.tableName())
        let expression = try input.text("Expression", Rules.expression)
        self.expression = expression?.allSatisfy(\.isWhitespace) == true ? nil : expression
        limit = try input.integer("MaxResults", 1...1_000) ?? GlueLimits.page
        withColumns = try input.boolean("ExcludeColumnSchema") != true
        let last = try ListToken.last(&input, "partitions")
        segment = try input.structure("Segment") { segment throws(ServiceFault) in
            Segment(
                number: try segment.requiredInteger("SegmentNumber", 0...9), total: try segment.requiredInteger("TotalSegments", 1...10))
        }
        try input.finish()
        try input.refuse([
            "TransactionId": "each call is a transaction of its own", "QueryAsOfTime": "partitions are known as they are now",
        ])
        if let segment, segment.number >= segment.total {
            throw Faults.invalid("SegmentNumber must be less than TotalSegments.")
        }
        after = try last.map { last throws(ServiceFault) in try Self.values(last) }
    }

    private static func values(_ text: String) throws(ServiceFault) -> [String] {
        guard let value = WireValue(json: text), case .list = value else { throw Faults.invalid("The NextToken is none of this listing.") }
        return value.texts
    }

    private func answer(_ call: GlueCall) throws -> TargetAnswer {
        let (table, found) = try expression == nil && segment == nil ? page(call) : picked(call)
        let isCut = found.count > limit
        let page = Array(found.prefix(limit))
        var partitions = PartitionWriter(call, table, withColumns: withColumns)
        return call.answer { answer in
            partitions.write(page, to: &answer)
            guard isCut, let last = page.last else { return }
            answer.member("NextToken", text: PageToken.text("partitions", WireValue.texts(last.values).json))
        }
    }

    /// The partitions of the page, and one more where there are more.
    private func page(_ call: GlueCall) throws -> (TableDefinition, [PartitionRecord]) {
        try call.reading(database, table) { reader, found in
            (found.definition, try reader.partitions(of: found.definition.name, limit: limit + 1, after: after))
        }
    }

    /// As `page`, of what the expression and the segment pick.
    private func picked(_ call: GlueCall) throws -> (TableDefinition, [PartitionRecord]) {
        let table = try call.table(database, self.table).definition
        let filter = try expression.map { try PartitionFilter(parsing: $0, for: table) }
        var after = after
        var page: [PartitionRecord] = []
        var hasMore = true
        while hasMore, page.count <= limit {
            let found = try call.catalog.partitions(of: table.name, where: filter, limit: limit + 1, after: after)
            page += segment.map { segment in found.filter { segment.has($0.values) } } ?? found
            after = found.last?.values
            hasMore = found.count > limit
        }
        return (table, page)
    }
}
