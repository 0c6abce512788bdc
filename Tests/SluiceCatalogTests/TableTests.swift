import SluiceCatalog
import SluiceCore
import Testing

@Suite("databases and tables")
struct TableTests {
    let home = TemporaryHome()

    @Test("a table comes back as it was put, after opening again, and its database was created with it")
    func roundTrip() throws {
        let columns = [
            CatalogColumn("id", .decimal(precision: 12, scale: 2), isNullable: false, comment: "what it \"is\""),
            CatalogColumn("straße 1", .list(.structure([Field("a b", .timestamp(zoned: true)), Field("c", .null)]))),
        ]
        var definition = try TableDefinition.sample("Sales.Orders", columns: columns, partitioned: true)
        definition.parameters = ["é/%": "ü"]
        definition.comment = "it's"
        let catalog = try home.open()
        try catalog.putTable(definition)
        try catalog.close()
        let again = try home.open()
        #expect(try again.table(try TableName(parsing: "sales.ORDERS")).definition == definition)
        #expect(try again.tables(in: "SALES").map(\.name.description) == ["sales.orders"])
        #expect(try again.databases().map(\.name) == ["sales"])
        #expect(try again.database("sales").tableCount == 1)
        #expect(try definition.schema().names == ["id", "straße 1", "month"])
    }

    @Test("each change of schema is a version, other changes are none")
    func versions() throws {
        let catalog = try home.open()
        var definition = try TableDefinition.sample()
        let name = definition.name
        try catalog.putTable(definition)
        definition.comment = "new"
        definition.parameters = ["a": "b"]
        try catalog.putTable(definition)
        #expect(try catalog.table(name).version == 1)
        definition.columns.append(CatalogColumn("late", .date))
        try catalog.putTable(definition)
        definition.formatOptions = [:]
        try catalog.putTable(definition)
        #expect(try catalog.table(name).version == 3)
        let versions = try catalog.versions(of: name)
        #expect(versions.map(\.version) == [3, 2, 1])
        #expect(versions.map(\.columns.count) == [3, 3, 2])
        #expect(try catalog.table(name).definition == definition)
    }

    @Test("unknown names are answered with the nearest one")
    func suggestions() throws {
        let catalog = try home.open()
        try catalog.putTable(.sample())
        let table = try TableName(parsing: "sales.order")
        let error = #expect(throws: SluiceError.self) { try catalog.table(table) }
        #expect(error?.code == .notFound)
        #expect(error?.remedy == "did you mean \"sales.orders\"?")
        #expect(#expect(throws: SluiceError.self) { try catalog.tables(in: "sale") }?.remedy == "did you mean \"sales\"?")
        #expect(#expect(throws: SluiceError.self) { try catalog.database("x") }?.code == .notFound)
        #expect(try catalog.findTable(table) == nil)
    }

    @Test("a dropped table takes its versions along, a database with tables is not dropped")
    func drop() throws {
        let catalog = try home.open()
        let definition = try TableDefinition.sample()
        try catalog.putTable(definition)
        #expect(#expect(throws: SluiceError.self) { try catalog.dropDatabase("sales") }?.code == .invalidArgument)
        try catalog.dropTable(definition.name)
        #expect(try catalog.tables().isEmpty)
        try catalog.dropDatabase("Sales")
        #expect(try catalog.databases().isEmpty)
        try catalog.putTable(definition)
        #expect(try catalog.versions(of: definition.name).map(\.version) == [1])
    }

    @Test("databases are created once, with what was said about them")
    func databases() throws {
        let catalog = try home.open()
        try catalog.createDatabase("Raw", comment: "as it came", location: "/raw", parameters: ["owner": "me"])
        let record = try catalog.database("raw")
        #expect(record.comment == "as it came" && record.location == "/raw" && record.parameters == ["owner": "me"])
        #expect(#expect(throws: SluiceError.self) { try catalog.createDatabase("RAW") }?.code == .alreadyExists)
        #expect(record.json.json.contains(#""created_at":"2023-"#))
    }

    @Test(
        "names that could be paths or hold odd characters are refused", arguments: ["", ".", "a.b.c", "a/b", "x.", ".y", "a b.c", "a\u{0}"])
    func badNames(_ text: String) {
        #expect(#expect(throws: SluiceError.self) { try TableName(parsing: text) }?.code == .invalidOption)
    }

    @Test("a name has up to 255 characters, and the default database without a dot")
    func nameLimits() throws {
        let longest = String(repeating: "ä", count: CatalogLimits.nameCharacters)
        #expect(try TableName(parsing: longest).description == "default." + longest)
        #expect(throws: SluiceError.self) { try TableName(parsing: longest + "a") }
    }

    @Test("JSON has stable keys")
    func json() throws {
        let catalog = try home.open()
        try catalog.putTable(.sample(partitioned: true))
        let json = try catalog.table(try TableName(parsing: "sales.orders")).json.json
        #expect(
            json == """
                {"database":"sales","table":"orders","comment":"","location":"/data/orders","format":"csv",\
                "format_options":{"delimiter":";"},"parameters":{},"version":1,\
                "columns":[{"name":"id","type":"int64","nullable":true,"comment":""},\
                {"name":"city","type":"string","nullable":true,"comment":""}],\
                "partition_keys":[{"name":"month","type":"string","nullable":true,"comment":""}],\
                "rows":0,"bytes":0,"files":0,"partitions":0,\
                "created_at":"2023-11-14T22:13:22Z","updated_at":"2023-11-14T22:13:22Z",\
                "kind":"EXTERNAL_TABLE","owner":"","tags":{},"deprecated":null,"view":null,\
                "storage":{"input_format":"org.apache.hadoop.mapred.TextInputFormat",\
                "output_format":"org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat","compressed":null,\
                "serde":{"name":null,"library":"org.apache.hadoop.hive.serde2.OpenCSVSerde",\
                "parameters":{"quoteChar":"\\"","separatorChar":";"}},\
                "bucket_count":null,"bucket_columns":[],"sort_columns":[],"parameters":{},"additional_locations":[],\
                "stored_as_sub_directories":null},"revision":1}
                """)
    }
}
