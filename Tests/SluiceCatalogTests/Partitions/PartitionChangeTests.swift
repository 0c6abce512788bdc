import SluiceCore
import Testing

@testable import SluiceCatalog

@Suite("changes of single partitions") struct PartitionChangeTests {
    private let home = TemporaryHome()

    @Test("partitions are added once; one that gets other values keeps its files, counts and statistics, and is found by them")
    func changes() throws {
        let catalog = try home.open()
        let name = try TableName(parsing: "sales.orders")
        var definition = TableDefinition(
            name: name, columns: [CatalogColumn("a", .int64)], partitionKeys: [CatalogColumn("year", .int32)], location: "/s", format: "csv"
        )
        definition.comment = "sold"
        try catalog.putTable(definition)
        let parts = ["2023", "2024"].map { PartitionDefinition(values: [$0], location: "/s/\($0)", rowCount: 7) }
        #expect(try catalog.addPartitions([parts[0]], of: name) == [])
        #expect(try catalog.addPartitions(parts.reversed(), of: name) == [1])
        try catalog.setStatistics([ColumnStatistics(column: "a", nulls: 3)], of: name, partition: ["2023"])
        var moved = PartitionDefinition(values: ["1999"], location: "/s/2023", parameters: ["k": "v"])
        #expect(try catalog.changePartition(["2000"], of: name, to: moved) == .missing)
        #expect(try catalog.changePartition(["2024"], of: name, to: parts[0]) == .taken)
        #expect(try catalog.changePartition(["2023"], of: name, to: moved) == .done)
        #expect(try catalog.reading { try $0.partition(["2023"], of: name) } == nil)
        let found = try #require(try catalog.reading { try $0.partition(["1999"], of: name) })
        #expect(found.location == "/s/2023" && found.rowCount == 7 && found.parameters == ["k": "v"])
        #expect(try catalog.statistics(of: name, partition: ["1999"]).map(\.statistics.nulls) == [3])
        let filter = try PartitionFilter(parsing: "year < 2000", for: definition)
        #expect(try catalog.partitions(of: name, where: filter, limit: nil).map(\.values) == [["1999"]])
        // At another place lie other files.
        moved.location = "/s/old"
        #expect(try catalog.changePartition(["1999"], of: name, to: moved) == .done)
        let elsewhere = try #require(try catalog.listedPartitions(of: name).first)
        #expect(elsewhere.location == "/s/old" && elsewhere.rowCount == 0 && elsewhere.fileCount == 0)
        #expect(throws: SluiceError.self) {
            try catalog.changePartition(["1999"], of: name, to: PartitionDefinition(values: ["1", "2"], location: ""))
        }
    }

    @Test("a database is changed as a whole")
    func database() throws {
        let catalog = try home.open()
        try catalog.createDatabase("sales", comment: "a", location: "/a", parameters: ["k": "v"])
        try catalog.changeDatabase("Sales", comment: "b", location: nil, parameters: [:])
        let record = try catalog.database("sales")
        #expect(record.comment == "b" && record.location == nil && record.parameters.isEmpty)
        #expect(throws: SluiceError.self) { try catalog.changeDatabase("other", comment: "", location: nil, parameters: [:]) }
    }
}
