import SluiceCatalog
import SluiceCore
import Testing

@Suite("statistics of columns")
struct StatisticsTests {
    let home = TemporaryHome()

    @Test("statistics come back in the order of the columns, with when and of which version they were taken")
    func roundTrip() throws {
        let catalog = try home.open()
        var definition = try TableDefinition.sample(partitioned: true)
        try catalog.putTable(definition)
        let id = ColumnStatistics(column: "id", rows: 10, nulls: 0, distinct: 10, minimum: "1", maximum: "10")
        let city = ColumnStatistics(column: "city", rows: 10, nulls: 3, distinct: 2, averageLength: 4.5, maximumLength: 6)
        try catalog.setStatistics([city, id], of: definition.name)
        definition.columns.append(CatalogColumn("ok", .boolean))
        try catalog.putTable(definition)
        let ok = ColumnStatistics(column: "ok", rows: 10, nulls: 0, trues: 7, falses: 3)
        try catalog.setStatistics([ok], of: definition.name)
        let stored = try catalog.statistics(of: definition.name)
        #expect(stored.map(\.statistics) == [id, city, ok] && stored.map(\.version) == [1, 1, 2])
        #expect(stored[2].json.json.contains(#""trues":7,"falses":3"#))
        try catalog.deleteStatistics(of: definition.name, columns: ["id"])
        #expect(try catalog.statistics(of: definition.name).map(\.statistics.column) == ["city", "ok"])
        try catalog.deleteStatistics(of: definition.name)
        #expect(try catalog.statistics(of: definition.name).isEmpty)
    }

    @Test("a partition has statistics of its own; new ones replace those of the same column only")
    func partitions() throws {
        let catalog = try home.open()
        let definition = try TableDefinition.sample(partitioned: true)
        try catalog.putTable(definition)
        try catalog.setStatistics([.init(column: "id", nulls: 1), .init(column: "city", nulls: 2)], of: definition.name, partition: ["05"])
        try catalog.setStatistics([.init(column: "id", nulls: 9)], of: definition.name, partition: ["05"])
        #expect(try catalog.statistics(of: definition.name).isEmpty)
        #expect(try catalog.statistics(of: definition.name, partition: ["05"]).map(\.statistics.nulls) == [9, 2])
        #expect(try catalog.statistics(of: definition.name, partition: ["06"]).isEmpty)
    }

    @Test("a column that the table does not have is refused, with the nearest name")
    func unknown() throws {
        let catalog = try home.open()
        try catalog.putTable(.sample())
        let name = try TableName(parsing: "sales.orders")
        let error = #expect(throws: SluiceError.self) { try catalog.setStatistics([.init(column: "citi")], of: name) }
        #expect(error?.code == .unknownColumn && error?.remedy == "did you mean \"city\"?")
    }
}
