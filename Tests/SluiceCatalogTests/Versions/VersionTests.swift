import SluiceCatalog
import SluiceCore
import Testing

@Suite("versions of tables")
struct VersionTests {
    let home = TemporaryHome()

    /// Versions 1: two columns of csv; 2: a third; 3: another format, place and comment.
    private func history(_ catalog: Catalog) throws -> TableName {
        var definition = try TableDefinition.sample()
        definition.comment = "first"
        try catalog.putTable(definition)
        definition.columns.append(CatalogColumn("late", .date))
        try catalog.putTable(definition)
        definition.format = "parquet"
        definition.location = "/data/elsewhere"
        definition.comment = "third"
        definition.owner = "ada"
        try catalog.putTable(definition)
        return definition.name
    }

    @Test("two versions are compared item by item")
    func difference() throws {
        let catalog = try home.open()
        let name = try history(catalog)
        let current = try catalog.table(name).definition
        let old = try catalog.version(1, of: name).definition(in: current)
        let lines = TableDifference(from: old, to: current).items.map(\.line)
        #expect(
            lines == [
                "+ column late  date", #"~ comment  "first" -> "third""#, #"~ location  "/data/orders" -> "/data/elsewhere""#,
                #"~ format  "csv" -> "parquet""#,
            ])
        #expect(TableDifference(from: current, to: current).isEmpty)
    }

    @Test("columns that change, go or change places are told apart")
    func columns() throws {
        let old = try TableDefinition.sample()
        var new = old
        new.columns = [CatalogColumn("city", .string, comment: "where"), CatalogColumn("id", .int32, isNullable: false)]
        #expect(
            TableDifference(from: old, to: new).items.map(\.line) == [
                #"+ comment of column city  "where""#, "~ column id  int64 -> int32 not null", "~ order of columns  id, city -> city, id",
            ])
        new.columns.removeLast()
        #expect(TableDifference(from: old, to: new).items.map(\.line).contains("- column id  int64"))
        #expect(TableDifference(from: nil, to: old).items.first?.line == "+ column id  int64")
    }

    @Test("a rollback is a new version with what the old one had; owner and later versions stay")
    func rollback() throws {
        let catalog = try home.open()
        let name = try history(catalog)
        #expect(try catalog.rollback(name, to: 1) == 4)
        let record = try catalog.table(name)
        #expect(record.definition.columns.map(\.name) == ["id", "city"])
        #expect(record.definition.format == "csv" && record.definition.location == "/data/orders" && record.definition.comment == "first")
        #expect(record.definition.owner == "ada")
        #expect(try catalog.versions(of: name).map(\.version) == [4, 3, 2, 1])
        #expect(try catalog.rollback(name, to: 4) == 4)
        let error = #expect(throws: SluiceError.self) { try catalog.rollback(name, to: 9) }
        #expect(error?.code == .notFound && error?.remedy == "versions: 1, 2, 3, 4")
    }

    @Test("a rollback to other partition keys is refused while there are partitions")
    func rollbackKeys() throws {
        let catalog = try home.open()
        try catalog.putTable(.sample())
        let definition = try TableDefinition.sample(partitioned: true)
        try catalog.putTable(definition)
        try catalog.putPartitions([.init(values: ["05"], location: "/p")], of: definition.name)
        let error = #expect(throws: SluiceError.self) { try catalog.rollback(definition.name, to: 1) }
        #expect(error?.code == .invalidArgument)
        #expect(try catalog.dropPartitions([["05"]], of: definition.name) == 1)
        #expect(try catalog.rollback(definition.name, to: 1) == 3)
    }

    @Test("what is archived is said: always, with the schema, or never")
    func archiving() throws {
        let catalog = try home.open()
        var definition = try TableDefinition.sample()
        let name = definition.name
        try catalog.putTable(definition)
        definition.comment = "a"
        try catalog.putTable(definition, archiving: .always)
        #expect(try catalog.table(name).version == 2)
        definition.columns.removeLast()
        try catalog.putTable(definition, archiving: .never)
        #expect(try catalog.table(name).version == 2)
        #expect(try catalog.versions(of: name).map(\.columns.count) == [1, 2])
        #expect(try catalog.deleteVersions([1, 2, 7], of: name) == 1)
        #expect(try catalog.versions(of: name).map(\.version) == [2])
        definition.owner = "ada"
        try catalog.putTable(definition, archiving: .always)
        definition.owner = "bea"
        try catalog.putTable(definition, archiving: .replaced)
        #expect(try catalog.versions(of: name).map(\.version) == [4, 2])
        #expect(try catalog.versions(of: name).map(\.owner) == ["bea", ""])
        #expect(try catalog.rollback(name, to: 2) == 4)
        #expect(try catalog.table(name).definition.owner == "bea")
    }

    @Test("a change is made only to what was looked at")
    func expectations() throws {
        let catalog = try home.open()
        let first = try TableDefinition.sample()
        try catalog.putTable(first, expecting: .absent)
        #expect(#expect(throws: SluiceError.self) { try catalog.putTable(first, expecting: .absent) }?.code == .concurrentChange)
        let seen = try catalog.table(first.name)
        let mine = Self.commented(first, "mine")
        try catalog.putTable(mine, expecting: .revision(seen.revision))
        let theirs = Self.commented(first, "theirs")
        let error = #expect(throws: SluiceError.self) { try catalog.putTable(theirs, expecting: .revision(seen.revision)) }
        #expect(error?.code == .concurrentChange && error?.isRetriable == true)
        #expect(error?.message.contains("is at revision 2, not 1") == true)
        #expect(try catalog.table(first.name).definition.comment == "mine")
        // A comment makes no version.
        try catalog.putTable(theirs, expecting: .version(1))
        let rollback = #expect(throws: SluiceError.self) { try catalog.rollback(first.name, to: 1, expecting: .version(2)) }
        #expect(rollback?.code == .concurrentChange)
        try catalog.dropTable(first.name)
        let gone = #expect(throws: SluiceError.self) { try catalog.putTable(first, expecting: .version(1)) }
        #expect(gone?.message.contains("is not there any more") == true)
    }

    private static func commented(_ definition: TableDefinition, _ comment: String) -> TableDefinition {
        var copy = definition
        copy.comment = comment
        return copy
    }

    @Test("many connections that read, change and try again lose no change")
    func contention() async throws {
        let setup = try home.open()
        let name = try TableName(parsing: "sales.orders")
        try setup.putTable(.sample())
        let (writers, changes) = (4, 12)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    let catalog = try home.open()
                    for change in 0..<changes { try Self.tag(name, "\(writer)-\(change)", catalog) }
                }
            }
            try await group.waitForAll()
        }
        let record = try setup.table(name)
        #expect(record.definition.tags.count == writers * changes)
        #expect(record.revision == Int64(1 + writers * changes))
    }

    /// Reads, changes, and tries again where somebody else was faster.
    private static func tag(_ name: TableName, _ tag: String, _ catalog: Catalog) throws {
        var isDone = false
        while !isDone {
            let seen = try catalog.table(name)
            var definition = seen.definition
            definition.tags[tag] = ""
            isDone = try put(definition, seen.revision, catalog)
        }
    }

    private static func put(_ definition: TableDefinition, _ revision: Int64, _ catalog: Catalog) throws(SluiceError) -> Bool {
        do {
            try catalog.putTable(definition, expecting: .revision(revision))
            return true
        } catch {
            if error.code == .concurrentChange { return false }
            throw error
        }
    }
}
