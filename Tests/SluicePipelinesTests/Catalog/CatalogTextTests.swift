import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@Suite("declarations as YAML") struct CatalogTextTests {
    private func full() throws -> TableDefinition {
        var definition = TableDefinition(
            name: try TableName(parsing: "sales.orders"),
            columns: [
                CatalogColumn("id", .int64, isNullable: false), CatalogColumn("yes", .string),
                CatalogColumn(
                    "straße: 1", .list(.structure([Field("a b", .date)])), comment: "line\nbreak #1", parameters: ["k": "", "1": "true"]),
                CatalogColumn("amount", .decimal(precision: 12, scale: 2)),
            ], partitionKeys: [CatalogColumn("month", .string)], comment: "it's \"new\"", location: "s3://bucket/x y", format: "csv",
            formatOptions: ["delimiter": "\t"], parameters: ["~": "null", "n": "007"])
        definition.owner = "ada@example.com"
        definition.tags = ["team": "sales", "é": "", "1e3": "no"]
        definition.deprecation = "use: other"
        definition.kind = TableKind(rawValue: "GOVERNED")
        var storage = StorageDescriptor()
        (storage.inputFormat, storage.outputFormat, storage.isCompressed) = ("a.In", "a.Out", false)
        storage.serDe = .init(name: "n", library: "a.B", parameters: ["field.delim": "\u{1}"])
        storage.bucketCount = 8
        storage.bucketColumns = ["id"]
        storage.sortColumns = [.init("id"), .init("amount", isAscending: false)]
        storage.parameters = ["p": "q"]
        storage.additionalLocations = ["/a", "/b"]
        storage.isStoredAsSubDirectories = true
        storage.skew = .init(columns: ["id"], values: ["1"], locations: ["1": "/one"])
        storage.schemaReference = .init(registry: "r", schema: "s", versionID: "v", versionNumber: 2)
        definition.storage = storage
        return definition
    }

    private func declared(_ text: String) throws -> CatalogDeclaration {
        let directory = try TemporaryDirectory()
        try directory.write("x.yaml", text)
        return try #require(try CatalogFolder.load(directory.root, connectors: TestConnectors.registry).first).declaration
    }

    private func table(_ text: String) throws -> TableDefinition {
        guard case .table(let declaration) = try declared(text) else { throw SluiceError(.wrongType, "no table") }
        return try declaration.definition(over: nil)
    }

    @Test("a table with everything is read back as it was, and gives the same text again") func roundTrip() throws {
        let definition = try full()
        let text = CatalogText.yaml(definition)
        #expect(try table(text) == definition, "\(text)")
        #expect(CatalogText.yaml(try table(text)) == text)
    }

    @Test("the text is what a reviewer reads") func text() throws {
        var definition = TableDefinition(
            name: try TableName(parsing: "sales.orders"),
            columns: [CatalogColumn("id", .int64), CatalogColumn("amount", .decimal(precision: 12, scale: 2), comment: "net")],
            partitionKeys: [CatalogColumn("year", .int32)], comment: "Orders as they came", location: "/data/orders", format: "csv",
            formatOptions: ["delimiter": ";"])
        definition.owner = "ada"
        definition.tags = ["team": "sales", "pii": ""]
        #expect(
            CatalogText.yaml(definition) == """
                table: sales.orders
                comment: Orders as they came
                owner: ada
                tags:
                  pii: ""
                  team: sales
                location: /data/orders
                format: csv
                format_options:
                  delimiter: ";"
                columns:
                  id: int64
                  amount:
                    type: "decimal(12,2)"
                    comment: net
                partition_keys:
                  year: int32

                """)
    }

    @Test(
        "views keep their query, lines as lines",
        arguments: [
            "SELECT 1", "SELECT id,\n  'a: #b' AS x\n\nFROM sales.orders", " SELECT\n 1", "SELECT 1\n", "a\tb\nc", "SELECT 1 \nFROM x", "'",
        ])
    func views(_ sql: String) throws {
        let definition = TableDefinition(
            view: ViewText(sql: sql, original: "/* Presto */"), name: try TableName(parsing: "s.v"), columns: [CatalogColumn("id", .int64)])
        let text = CatalogText.yaml(definition)
        #expect(try table(text) == definition, "\(text)")
        if sql.contains("FROM sales.orders") {
            #expect(text.contains("\nsql: |-\n  SELECT id,\n    'a: #b' AS x\n\n  FROM sales.orders\n"))
        }
    }

    @Test("databases, and kinds that are only kept, with their text unchanged") func others() throws {
        guard case .database(let database) = try declared("database: Sales\ncomment:\nparameters: {a: 1}\n") else {
            Issue.record("no database")
            return
        }
        #expect(database.name == "sales" && database.comment == "" && database.location == nil && database.parameters == ["a": "1"])
        let text = "crawler: raw   # nightly\ntargets: [s3://x]\n"
        #expect(try declared(text) == .other(OtherDeclaration(kind: "crawler", name: "raw", text: text)))
    }

    @Test(
        "mistakes are placed",
        arguments: [
            ("table: a/b\n", "invalid-option 1:8"), ("table: a.b\ncolumns: {id: int46}\n", "type-error 2:15"),
            ("table: a.b\nstorage: {serde: {libary: x}}\n", "unknown-key 2:19"), ("view: a.b\n", "missing-key 1:1"),
            ("database: a\ncoment: x\n", "unknown-key 2:1"),
            ("table: a.b\ncolumns: {id: int64}\npartition_keys: {ID: int64}\n", "duplicate-column 2:1"),
            ("tabel: x\n", "unknown-key 1:1"),
        ])
    func mistakes(_ text: String, _ expected: String) throws {
        do {
            _ = try declared(text)
            Issue.record("no error")
        } catch {
            #expect(DefinitionErrors.list(error)?.map(\.brief) == [expected])
        }
    }
}
