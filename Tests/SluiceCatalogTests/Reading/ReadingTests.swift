import GRDB
import SluiceCore
import SluiceTestKit
import Synchronization
import Testing

@testable import SluiceCatalog

@Suite("reads beside writers") struct ReadingTests {
    private let home = TemporaryHome()

    private func read(_ catalog: Catalog, _ name: TableName) throws -> SluiceCatalog.TableRecord? {
        try catalog.reading { try $0.table(name)?.record }
    }

    private func values(_ catalog: Catalog, _ name: TableName, limit: Int = 100, after: [String]? = nil) throws -> [[String]] {
        try catalog.reading { try $0.partitions(of: name, limit: limit, after: after) }.map(\.values)
    }

    @Test("a read sees each change that was committed before it, by this connection and by others")
    func changes() throws {
        let (own, other) = (try home.open(), try home.open())
        var definition = try TableDefinition.sample(partitioned: true)
        let name = definition.name
        #expect(try read(own, name) == nil && read(other, name) == nil)
        for (round, writer) in [own, other, own, other].enumerated() {
            definition.comment = "round \(round)"
            definition.columns.append(CatalogColumn("column_\(round)", .int64))
            definition.parameters["round"] = "\(round)"
            try writer.putTable(definition, archiving: .always)
            for reader in [own, other] {
                let record = try #require(try read(reader, name))
                #expect(record.definition == definition && record.version == round + 1)
                #expect(try reader.table(name) == record)
            }
        }
        _ = try other.rollback(name, to: 1)
        #expect(try read(own, name)?.definition.columns.map(\.name) == ["id", "city", "column_0"])
        try other.dropTable(name)
        #expect(try read(own, name) == nil && read(other, name) == nil)
    }

    @Test("a table that is dropped and made anew is the new one, also with the numbers of the old one")
    func recreated() throws {
        let (own, other) = (try home.open(), try home.open())
        let old = try TableDefinition.sample(partitioned: true)
        for round in 0..<3 {
            var definition = old
            definition.columns = [CatalogColumn("only_\(round)", .string)]
            try other.putTable(definition)
            try other.putPartitions([PartitionDefinition(values: ["\(round)"], location: "/p/\(round)")], of: old.name)
            let record = try #require(try read(own, old.name))
            #expect(record.definition.columns == definition.columns && record.version == 1 && record.revision == 1)
            #expect(record.partitionCount == 1)
            #expect(try values(own, old.name) == [["\(round)"]])
            try other.dropTable(old.name)
            #expect(try values(own, old.name) == [])
        }
    }

    @Test("partitions that are added, changed and taken away elsewhere are seen, page by page")
    func partitions() throws {
        let (own, other) = (try home.open(), try home.open())
        let name = try TableDefinition.sample().name
        try own.putTable(try TableDefinition.sample(partitioned: true))
        try other.putPartitions((0..<10).map { PartitionDefinition(values: ["\($0)"], location: "/p") }, of: name)
        #expect(try values(own, name) == (0..<10).map { ["\($0)"] })
        #expect(try values(own, name, limit: 3, after: ["4"]) == [["5"], ["6"], ["7"]])
        #expect(try other.dropPartitions([["5"], ["7"]], of: name) == 2)
        #expect(try values(own, name, limit: 3, after: ["4"]) == [["6"], ["8"], ["9"]])
        #expect(try own.reading { try $0.partition(["5"], of: name) } == nil)
        let moved = PartitionDefinition(values: ["99"], location: "/moved", parameters: ["k": "v"])
        #expect(try other.changePartition(["9"], of: name, to: moved) == .done)
        #expect(try own.reading { try $0.partition(["9"], of: name) } == nil)
        let found = try #require(try own.reading { try $0.partition(["99"], of: name) })
        #expect(found.location == "/moved" && found.parameters == ["k": "v"])
        #expect(try own.partitions(of: name).last == found)
        #expect(try values(own, try TableName(parsing: "sales.other")) == [])
    }

    @Test("what a read found is found again as the same object until anything of it is another, down to the bytes of a text")
    func known() throws {
        let (own, other) = (try home.open(), try home.open())
        var definition = try TableDefinition.sample(partitioned: true)
        definition.comment = "e\u{301}"
        try own.putTable(definition)
        func found() throws -> KnownTable { try #require(try own.reading { try $0.table(definition.name) }) }
        let first = try found()
        #expect(try found() === first)
        _ = try other.changeTable(definition.name) { $0.comment = "é" }
        let second = try found()
        #expect(second !== first && Array(second.definition.comment.utf8) == Array("é".utf8))
        try other.putPartitions([PartitionDefinition(values: ["1"], location: "/p")], of: definition.name)
        #expect(try found() !== second && found().record.partitionCount == 1)
    }

    @Test("values that can be made again are kept up to their bytes")
    func recent() {
        var recent = RecentValues<String, Int>(limit: 100)
        for number in 0..<4 { recent.put(number, for: "k\(number)", bytes: 25) }
        #expect(recent["k0"] == 0 && recent["k3"] == 3 && recent["k4"] == nil)
        recent.put(7, for: "k0", bytes: 25)
        #expect(recent["k0"] == 7 && recent["k1"] == 1)
        recent.put(8, for: "k4", bytes: 1)
        #expect(recent["k4"] == 8 && recent["k0"] == nil)
        recent.put(9, for: "k4", bytes: 101)
        #expect(recent["k4"] == nil)
    }

    @Test("a read does not wait for an open transaction, and does not see it")
    func openTransaction() throws {
        let catalog = try home.open()
        let definition = try TableDefinition.sample()
        try catalog.putTable(definition)
        let other = try DatabaseQueue(path: Catalog.databasePath(home: home.path))
        try catalog.write { own in
            try own.execute(sql: "UPDATE tables SET comment = 'own'")
            #expect(try read(catalog, definition.name)?.definition.comment == "")
        }
        #expect(try read(catalog, definition.name)?.definition.comment == "own")
        try other.write { db in
            try db.execute(sql: "UPDATE tables SET comment = 'other'")
            #expect(try read(catalog, definition.name)?.definition.comment == "own")
        }
        #expect(try read(catalog, definition.name)?.definition.comment == "other")
    }

    @Test("a read is of one moment: a table and its partitions belong together")
    func together() throws {
        let (own, other) = (try home.open(), try home.open())
        let definition = try TableDefinition.sample(partitioned: true)
        try own.putTable(definition)
        let (record, partitions) = try own.reading { reader in
            let record = try reader.table(definition.name)?.record
            try other.putPartitions([PartitionDefinition(values: ["1"], location: "/p")], of: definition.name)
            return (record, try reader.partitions(of: definition.name, limit: 10))
        }
        #expect(record?.partitionCount == 0 && partitions.isEmpty)
        #expect(try values(own, definition.name) == [["1"]])
    }

    private final class Newest: Sendable {
        private let revision = Mutex(Int64(1))
        var value: Int64 { revision.withLock { $0 } }
        func note(_ other: Int64) { revision.withLock { $0 = max($0, other) } }
    }

    @Test("threads that read while others write see what was committed when they began, or later")
    func threads() async throws {
        let (own, other) = (try home.open(), try home.open())
        let definition = try TableDefinition.sample()
        try own.putTable(definition)
        let committed = Newest()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, writer) in [own, other].enumerated() {
                group.addTask {
                    for round in 0..<20 {
                        let (_, after) = try writer.changeTable(definition.name) { $0.parameters["round \(number)"] = "\(round)" }
                        committed.note(try writer.table(after.name).revision)
                    }
                }
            }
            for reader in [own, other, own, other] {
                group.addTask {
                    for _ in 0..<100 {
                        let least = committed.value
                        let found = try reader.reading { try $0.table(definition.name)?.record.revision }
                        #expect((found ?? 0) >= least)
                        await Task.yield()
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("databases are read with their tables counted; those of nobody are none")
    func databases() throws {
        let catalog = try home.open()
        try catalog.createDatabase("shop", comment: "c", location: "/l", parameters: ["k": "é"])
        try catalog.putTable(try TableDefinition.sample("shop.t"))
        #expect(try catalog.reading { try $0.database("shop") } == catalog.database("shop"))
        #expect(try catalog.reading { try $0.database("none") } == nil)
    }

    @Test("a table that has lost its current version is told as damaged")
    func damaged() throws {
        let catalog = try home.open()
        let definition = try TableDefinition.sample()
        try catalog.putTable(definition)
        try catalog.write { db in try db.execute(sql: "DELETE FROM table_versions") }
        let error = #expect(throws: SluiceError.self) { try read(catalog, definition.name) }
        #expect(error?.code == .stateCorrupt)
        try catalog.write { db in try db.execute(sql: "UPDATE tables SET parameters = '{'") }
        #expect(throws: SluiceError.self) { try read(catalog, definition.name) }
    }

    @Test("a catalog that is closed reads no more")
    func closed() throws {
        let catalog = try home.open()
        let definition = try TableDefinition.sample()
        try catalog.putTable(definition)
        _ = try read(catalog, definition.name)
        try catalog.close()
        #expect(throws: SluiceError.self) { try read(catalog, definition.name) }
    }
}
