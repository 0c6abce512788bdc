import SluiceCatalog
import SluiceCore
import SluiceServer

/// Partitions that are looked up.
enum PartitionReads {
    @Sendable static func get(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let (database, name) = (try input.databaseName(), try input.tableName())
        let values = try input.partitionValues()
        try input.finish()
        let table = try call.table(database, name).definition
        try PartitionInput.check(values, table)
        guard let found = try call.catalog.partition(values, of: table.name) else { throw Faults.missing("Cannot find partition.") }
        return .value(.structure(["Partition": call.value(found, of: table)]))
    }

    @Sendable static func getMany(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let (database, name) = (try input.databaseName(), try input.tableName())
        let wanted = try input.structures("PartitionsToGet", count: 0...GlueLimits.fetchedPartitions) {
            partition throws(ServiceFault) in try partition.partitionValues("Values")
        }
        if wanted == nil { input.missing("PartitionsToGet") }
        try input.finish()
        let table = try call.table(database, name).definition
        // Those that are not there are left out; all the others are told, so that no key is unprocessed.
        let found = try (wanted ?? []).compactMap { try call.catalog.partition($0, of: table.name) }
        return .value(.structure(["Partitions": call.values(found, of: table), "UnprocessedKeys": .list([])]))
    }

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

    @Sendable static func list(_ call: GlueCall) async throws -> TargetAnswer {
        var input = try call.members()
        let (database, name) = (try input.databaseName(), try input.tableName())
        let expression = try input.text("Expression", Rules.expression)
        let limit = try input.integer("MaxResults", 1...1_000) ?? GlueLimits.page
        let withoutColumns = try input.boolean("ExcludeColumnSchema") ?? false
        let last = try ListToken.last(&input, "partitions")
        let segment = try input.structure("Segment") { segment throws(ServiceFault) in
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
        let table = try call.table(database, name).definition
        var filter: PartitionFilter?
        if let expression, !expression.allSatisfy(\.isWhitespace) { filter = try PartitionFilter(parsing: expression, for: table) }
        var after = try last.map { try values($0) }
        var page: [PartitionRecord] = []
        var hasMore = true
        while hasMore, page.count <= limit {
            let found = try call.catalog.partitions(of: table.name, where: filter, limit: limit + 1, after: after)
            page += segment.map { segment in found.filter { segment.has($0.values) } } ?? found
            after = found.last?.values
            hasMore = found.count > limit
        }
        let isCut = page.count > limit
        page = Array(page.prefix(limit))
        let token = isCut ? page.last.map { WireValue.text(PageToken.text("partitions", WireValue.texts($0.values).json)) } : nil
        return .value(.structure(["Partitions": call.values(page, of: table, withColumns: !withoutColumns), "NextToken": token]))
    }

    private static func values(_ text: String) throws(ServiceFault) -> [String] {
        guard let value = WireValue(json: text), case .list = value else { throw Faults.invalid("The NextToken is none of this listing.") }
        return value.texts
    }
}
