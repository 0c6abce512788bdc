import GRDB
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceCatalog

@Suite("looking partitions up")
struct PartitionLookupTests {
    let home = TemporaryHome()
    static let keys = [
        CatalogColumn("year", .int32), CatalogColumn("region", .string), CatalogColumn("day", .date),
        CatalogColumn("price", .decimal(precision: 20, scale: 1)), CatalogColumn("fifth", .int64),
    ]

    private func table(_ catalog: Catalog, keys: [CatalogColumn] = keys) throws -> TableName {
        var definition = try TableDefinition.sample()
        definition.partitionKeys = keys
        try catalog.putTable(definition)
        return definition.name
    }

    private static let values: [[String]] = [
        ["-1", "0", "9", "10", "2024", "__HIVE_DEFAULT_PARTITION__", "x"],
        ["", "a", "A", "a/b", "é", "e\u{301}", "a*", "a?b", "[x", "__HIVE_DEFAULT_PARTITION__", "\u{10FFFF}", "ab"],
        ["2024-02-29", "1969-12-31", "nonsense"],
        ["-0.1", "0.0", "7.5", "-12345678901234567890.5", "99999999999999999.9"],
        ["1", "2", "-3"],
    ]

    private static func literal(_ key: Int, _ generator: inout SeededGenerator) -> String {
        switch key {
        case 0: ["-1", "0", "9.5", "10", "'2024'", "999999999999999999999"].randomElement(using: &generator) ?? "0"
        case 1: ["''", "'a'", "'A'", "'a/b'", "'é'", "'ab'", "'zz'", "'a*'"].randomElement(using: &generator) ?? "'a'"
        case 2: ["'2024-02-29'", "'1970-01-01'", "'2024-02-29 12:00:00'"].randomElement(using: &generator) ?? "'2024-02-29'"
        case 3: ["-0.1", "0", "7.55", "-12345678901234567890.5", "10"].randomElement(using: &generator) ?? "0"
        default: ["1", "2", "0.5"].randomElement(using: &generator) ?? "1"
        }
    }

    private static func expression(_ depth: Int, _ generator: inout SeededGenerator) -> String {
        if depth > 0 {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: return "(\(expression(depth - 1, &generator)) AND \(expression(depth - 1, &generator)))"
            case 1: return "(\(expression(depth - 1, &generator)) OR \(expression(depth - 1, &generator)))"
            case 2: return "NOT (\(expression(depth - 1, &generator)))"
            default: break
            }
        }
        let key = Int.random(in: 0..<keys.count, using: &generator)
        let name = keys[key].name
        let literal = literal(key, &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return "\(name) IN (\(literal), \(self.literal(key, &generator)))"
        case 1: return "\(name) IS NULL"
        case 2: return "\(name) NOT BETWEEN \(literal) AND \(self.literal(key, &generator))"
        case 3 where key == 1:
            let pattern = ["a%", "%b", "a_b", "%a%b%", "", "%", "_", "a*", "[%", "\u{10FFFF}%", "%%%a%%", "%a%a%a%a%a%"]
            return "\(name) LIKE '\(pattern.randomElement(using: &generator) ?? "%")'"
        default:
            let operation = ["=", "<>", "<", "<=", ">", ">="].randomElement(using: &generator) ?? "="
            return "\(name) \(operation) \(literal)"
        }
    }

    @Test(
        "SQLite finds what the expression says of each partition, for random partitions and expressions",
        arguments: [1, 2, 3, 4] as [UInt64])
    func model(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let catalog = try home.open()
        let name = try table(catalog)
        let all = (0..<400).map { _ in Self.values.map { $0.randomElement(using: &generator) ?? "" } }
        try catalog.putPartitions(all.map { PartitionDefinition(values: $0, location: "/p") }, of: name)
        let stored = try catalog.partitions(of: name).map(\.values)
        for _ in 0..<300 {
            let text = Self.expression(3, &generator)
            let filter = try PartitionFilter(parsing: text, keys: Self.keys)
            let found = try catalog.partitions(of: name, where: filter, limit: nil).map(\.values)
            #expect(found.map(ExactValues.init) == stored.filter { filter.matches($0) }.map(ExactValues.init), "\(text), seed \(seed)")
            #expect(try catalog.partitionCount(of: name, where: filter) == found.count, "\(text), seed \(seed)")
            let page = try catalog.partitionPage(of: name, where: filter, limit: 7)
            #expect(page.count == found.count && page.partitions.map(\.values) == Array(found.prefix(7)), "\(text), seed \(seed)")
        }
    }

    private struct ExactValues: Hashable {
        let texts: [ExactText]
        init(_ values: [String]) { texts = values.map { ExactText($0) } }
    }

    @Test("pages of what is picked follow one another, also where SQLite cannot judge the whole expression")
    func pages() throws {
        let catalog = try home.open()
        let name = try table(catalog)
        let partitions = (0..<50).map { number in
            PartitionDefinition(values: ["\(number % 5)", "r\(number)", "2024-01-01", "1.0", "\(number)"], location: "/p/\(number)")
        }
        try catalog.putPartitions(partitions, of: name)
        for text in ["year = 3", "year = 3 AND fifth >= 0", "fifth > 20"] {
            let filter = try PartitionFilter(parsing: text, keys: Self.keys)
            let whole = try catalog.partitions(of: name, where: filter, limit: nil).map(\.values)
            var paged: [[String]] = []
            while true {
                let page = try catalog.partitions(of: name, where: filter, limit: 3, after: paged.last).map(\.values)
                if page.isEmpty { break }
                paged += page
            }
            #expect(paged == whole && !whole.isEmpty)
        }
    }

    @Test(
        "look-ups go through the index of the key that is compared",
        arguments: [
            ("year = 2024", "partitions_by_key0"), ("year IN (1, 2)", "partitions_by_key0"),
            ("year > 2020 AND year < 2024", "partitions_by_key0"),
            ("region = 'a'", "partitions_by_key1"), ("region LIKE 'a%'", "partitions_by_key1"),
            ("day = '2024-01-01'", "partitions_by_key2"),
            ("price = 1.5 AND fifth = 1", "partitions_by_key3"),
        ])
    func indexes(text: String, index: String) throws {
        let catalog = try home.open()
        _ = try table(catalog)
        let plan = try searchPlan(text, catalog)
        #expect(plan.contains("USING INDEX \(index) (table_id=?"), "\(plan)")
    }

    @Test("each part of an OR goes through an index of its own")
    func alternatives() throws {
        let catalog = try home.open()
        _ = try table(catalog)
        let plan = try searchPlan("(year = 2024 AND region = 'a') OR price = 1.5 OR (fifth = 1 AND day = '2024-01-01')", catalog)
        for index in ["partitions_by_key0 (table_id=?", "partitions_by_key3 (table_id=?", "partitions_by_key2 (table_id=?"] {
            #expect(plan.contains(index), "\(plan)")
        }
        #expect(plan.contains("USING PRIMARY KEY (table_id=? AND partition_values=?)"), "\(plan)")
    }

    /// How SQLite would find what an expression picks.
    private func searchPlan(_ text: String, _ catalog: Catalog) throws -> String {
        let pushdown = PartitionPushdown(try PartitionFilter(parsing: text, keys: Self.keys), table: 1)
        let plan = try catalog.read { db in
            try Row.fetchAll(
                db,
                sql: "EXPLAIN QUERY PLAN SELECT * FROM partitions WHERE table_id = ? AND \(pushdown.condition) ORDER BY +partition_values",
                arguments: StatementArguments([1.databaseValue] + pushdown.arguments)
            ).map { $0["detail"] as String }.joined(separator: "\n")
        }
        return plan
    }

    private static let times = [
        "0001-01-01 00:00:00", "1969-12-31 23:59:59.999999999", "1970-01-01 00:00:00", "2024-01-01 00:00:00", "2024-01-01 12:30:00.123456",
        "2024-01-01 12:30:00.123456789", "9999-12-31 23:59:59.9999999",
    ]

    @Test("timestamps are found to the nanosecond, also in a state that knew microseconds")
    func nanoseconds() throws {
        let keys = [CatalogColumn("at", .timestamp(zoned: false))]
        let catalog = try home.open()
        let name = try table(catalog, keys: keys)
        let stored = (Self.times + [PartitionKeys.nullText]).map { PartitionDefinition(values: [$0], location: "/p") }
        try catalog.putPartitions(stored, of: name)
        func check(_ catalog: Catalog) throws {
            for (place, time) in Self.times.enumerated() {
                let picks = [
                    ("=", [time]), ("<", Array(Self.times[..<place])), (">=", Array(Self.times[place...])),
                    ("<>", Self.times.filter { $0 != time }),
                ]
                for (operation, expected) in picks {
                    let filter = try PartitionFilter(parsing: "at \(operation) '\(time)'", keys: keys)
                    let found = try catalog.partitions(of: name, where: filter, limit: nil).map(\.values)
                    #expect(found == expected.map { [$0] }, "\(operation) \(time)")
                }
            }
        }
        try check(catalog)
        // As it was before the step.
        try catalog.write { db in
            try db.execute(sql: "UPDATE partitions SET key0 = 1704067200000000 WHERE partition_values LIKE '2024-%'")
            try db.execute(sql: "DELETE FROM grdb_migrations WHERE identifier LIKE '44 %'")
        }
        try catalog.close()
        try check(home.open())
    }

    @Test("when the keys change their types, values are read anew")
    func typeChange() throws {
        let catalog = try home.open()
        let name = try table(catalog, keys: [CatalogColumn("n", .string)])
        try catalog.putPartitions(["9", "10", "x"].map { PartitionDefinition(values: [$0], location: "/p") }, of: name)
        func picked(_ text: String) throws -> [[String]] {
            let filter = try PartitionFilter(parsing: text, for: try catalog.table(name).definition)
            return try catalog.partitions(of: name, where: filter, limit: nil).map(\.values)
        }
        #expect(try picked("n > '5'") == [["9"], ["x"]])
        _ = try table(catalog, keys: [CatalogColumn("n", .int64)])
        #expect(try picked("n > 5") == [["10"], ["9"]])
        #expect(try picked("n IS NULL") == [["x"]])
    }

    @Test("a partition keeps its own descriptor, columns and parameters; putting it again replaces it; its files go with it")
    func details() throws {
        let catalog = try home.open()
        let name = try table(catalog, keys: [CatalogColumn("month", .string)])
        var storage = StorageDescriptor()
        storage.serDe = .init(library: "other")
        var partition = PartitionDefinition(
            values: ["05"], location: "/data/05", parameters: ["compressionType": "gzip"], storage: storage,
            columns: [CatalogColumn("id", .int32)], fileCount: 2, rowCount: 7, byteCount: 70)
        try catalog.putPartitions([partition], of: name)
        let stored = try #require(try catalog.partitions(of: name).first)
        #expect(stored.parameters == partition.parameters && stored.storage == storage && stored.columns == partition.columns)
        #expect(stored.fileCount == 2 && stored.rowCount == 7 && stored.byteCount == 70 && stored.location == "/data/05")
        partition = PartitionDefinition(values: ["05"], location: "/new")
        try catalog.putPartitions([partition], of: name)
        let again = try #require(try catalog.partitions(of: name).first)
        #expect(again.location == "/new" && again.parameters.isEmpty && again.storage == nil && again.rowCount == 0)
        #expect(again.createdMicros == stored.createdMicros && again.updatedMicros > stored.updatedMicros)
        #expect(try catalog.table(name).partitionCount == 1)
        #expect(try catalog.dropPartitions([["05"], ["06"]], of: name) == 1)
        #expect(try catalog.table(name).partitionCount == 0)
        #expect(try catalog.partitionCount(of: name, where: nil) == 0)
        let error = #expect(throws: SluiceError.self) { try catalog.putPartitions([.init(values: ["1", "2"], location: "")], of: name) }
        #expect(error?.code == .invalidArgument)
    }
}
