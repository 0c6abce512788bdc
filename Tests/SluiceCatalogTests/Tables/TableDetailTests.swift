import SluiceCatalog
import SluiceCore
import Testing

@Suite("what other programs keep with a table")
struct TableDetailTests {
    let home = TemporaryHome()

    private func full() throws -> TableDefinition {
        var definition = try TableDefinition.sample(
            columns: [
                CatalogColumn("id", .int64, comment: "the key", parameters: ["source": "ERP", "é": ""]), CatalogColumn("city", .string),
            ], partitioned: true)
        definition.owner = "ada"
        definition.tags = ["pii": "", "team": "sales & more"]
        definition.parameters = ["classification": "csv", "recordCount": "12"]
        definition.kind = TableKind(rawValue: "GOVERNED")
        var storage = StorageDescriptor()
        storage.inputFormat = "a.In"
        storage.outputFormat = "a.Out"
        storage.isCompressed = true
        storage.serDe = .init(name: "s", library: "a.SerDe", parameters: ["field.delim": "\u{1}"])
        storage.bucketCount = 4
        storage.bucketColumns = ["id"]
        storage.sortColumns = [.init("id", isAscending: false)]
        storage.parameters = ["k": "v"]
        storage.skew = .init(columns: ["city"], values: ["Oslo"], locations: ["Oslo": "/x"])
        storage.schemaReference = .init(registry: "r", schema: "s", versionID: "u", versionNumber: 3)
        storage.additionalLocations = ["/y"]
        storage.isStoredAsSubDirectories = false
        definition.storage = storage
        return definition
    }

    @Test("a table comes back with everything that Glue and Hive say of it, after opening again")
    func roundTrip() throws {
        let definition = try full()
        let catalog = try home.open()
        try catalog.putTable(definition)
        try catalog.close()
        let record = try home.open().table(definition.name)
        #expect(record.definition == definition)
        #expect(record.definition.hiveStorage == definition.storage)
        let json = record.json.json
        #expect(json.contains(#""owner":"ada","tags":{"pii":"","team":"sales & more"}"#))
        #expect(json.contains(#""bucket_count":4,"bucket_columns":["id"]"#))
        #expect(json.contains(#""schema_reference":{"registry":"r","schema":"s","version_id":"u","version_number":3}"#))
    }

    @Test(
        "what is not given is derived from the format",
        arguments: [
            ("csv", "org.apache.hadoop.hive.serde2.OpenCSVSerde"), ("jsonl", "org.openx.data.jsonserde.JsonSerDe"),
            ("parquet", "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"),
            ("avro", "org.apache.hadoop.hive.serde2.avro.AvroSerDe"),
        ])
    func derived(format: String, library: String) throws {
        var definition = try TableDefinition.sample()
        definition.format = format
        #expect(definition.hiveStorage.serDe?.library == library)
        #expect(definition.hiveStorage.inputFormat != nil && definition.hiveStorage.outputFormat != nil)
        #expect(definition.storage.isEmpty)
        definition.storage.serDe = .init(library: "mine")
        #expect(definition.hiveStorage.serDe?.library == "mine")
    }

    @Test("types as Hive writes them are read back as the same types")
    func hiveTypes() throws {
        let types: [DataType] = [
            .boolean, .int8, .int16, .int32, .int64, .float32, .float64, .decimal(precision: 12, scale: 2), .string, .binary, .date,
            .timestamp(zoned: false), .list(.structure([Field("a", .int64), Field("b", .map(key: .string, value: .list(.date)))])),
        ]
        for type in types { #expect(try DataType(parsing: CatalogColumn("c", type).hiveType) == type) }
    }

    @Test("a view has its query and no files, and comes back")
    func view() throws {
        let name = try TableName(parsing: "sales.big")
        let view = ViewText(sql: "SELECT id FROM sales.orders WHERE id > 10", original: "/* Presto View */")
        let definition = TableDefinition(view: view, name: name, columns: [CatalogColumn("id", .int64)], comment: "large ones")
        let catalog = try home.open()
        try catalog.putTable(definition)
        let stored = try catalog.table(name).definition
        #expect(stored == definition && stored.isView && stored.kind == .view && stored.location.isEmpty)
    }

    @Test("a run that writes a table leaves owner, tags, column parameters and the descriptor of the same format as they are")
    func runKeeps() throws {
        let catalog = try home.open()
        let definition = try full()
        try catalog.putTable(definition)
        func commit(_ change: (inout TableDefinition) -> Void) throws -> TableDefinition {
            var written = try TableDefinition.sample(partitioned: true)
            change(&written)
            let run = try catalog.beginRun(pipeline: "p", definitionHash: "h")
            try catalog.commit(OutputCommit(tables: [.init(written, mode: .overwrite, files: [])]), run: run, report: RunReport())
            return try catalog.table(written.name).definition
        }
        let same = try commit { _ in }
        #expect(same.owner == "ada" && same.tags == definition.tags && same.storage == definition.storage)
        #expect(same.columns[0].parameters == ["source": "ERP", "é": ""])
        let other = try commit { $0.format = "parquet" }
        #expect(other.storage.isEmpty && other.owner == "ada")
    }

    @Test("deprecation stands in the parameters, the crawler's mark of Glue counts, and taking it back removes both")
    func deprecation() throws {
        var definition = try TableDefinition.sample()
        #expect(definition.deprecation == nil)
        definition.parameters = ["DEPRECATED_BY_CRAWLER": "1700000000000", "x": "y"]
        #expect(definition.deprecation != nil)
        definition.deprecation = "use sales.orders2"
        #expect(definition.deprecation == "use sales.orders2")
        definition.deprecation = nil
        #expect(definition.deprecation == nil && definition.parameters == ["x": "y"])
    }

    @Test("lists go by pages and by patterns of names")
    func pages() throws {
        let catalog = try home.open()
        for name in ["a.x1", "a.x2", "a.y1", "b.x1", "b.z"] { try catalog.putTable(.sample(name)) }
        #expect(try catalog.tables(limit: 2).map(\.name.description) == ["a.x1", "a.x2"])
        let last = try TableName(parsing: "a.y1")
        #expect(try catalog.tables(limit: 2, after: last).map(\.name.description) == ["b.x1", "b.z"])
        #expect(try catalog.tables(in: "A", matching: "X*").map(\.name.description) == ["a.x1", "a.x2"])
        #expect(try catalog.tableCount() == 5)
        #expect(try catalog.tableCount(in: "b", matching: "?") == 1)
    }
}
