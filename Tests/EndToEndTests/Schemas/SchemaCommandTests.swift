import SluiceTestKit
import Testing

@Suite("the schema registry on the command line")
struct SchemaCommandTests {
    private let project: Project

    init() throws { project = try Project() }

    static func schema(_ fields: String) -> String { #"{"type": "record", "name": "Order", "fields": [\#(fields)]}"# }
    static let first = schema(#"{"name": "id", "type": "long"}, {"name": "total", "type": "double", "default": 0}"#)

    @Test("versions are registered, compared, shown and dropped") func life() async throws {
        try project.directory.write("v1.avsc", Self.first)
        try project.directory.write("v2.avsc", Self.schema(#"{"name": "id", "type": "string"}, {"name": "note", "type": "string"}"#))
        try project.directory.write("v3.avsc", Self.schema(#"{"name": "id", "type": "long"}"#))
        let made = try await project.json("schema", "register", "sales/orders", "v1.avsc", "--metadata", "team=web")
        #expect(made["registered"]?.boolean == true && made["version"]?["version"]?.integer == 1)
        #expect(made["version"]?["metadata"]?["team"]?.text == "web")
        #expect(try await project.json("schema", "register", "sales/orders", "v1.avsc")["registered"]?.boolean == false)

        let refused = try await project.sluice("schema", "check", "sales/orders", "v2.avsc", "--json")
        #expect(refused.exitCode == 1)
        let findings = try refused.json()["incompatibilities"]?.items ?? []
        #expect(findings.map { $0["path"]?.text } == ["Order.id", "Order.note"])
        #expect(findings.allSatisfy { $0.keys == ["direction", "version", "kind", "path", "old", "new", "why", "allowed"] })
        let shown = try await project.sluice("schema", "check", "sales/orders", "v2.avsc")
        #expect(
            shown.output.contains("Order.note  (backward, against version 1)") && shown.output.contains("allowed: give the field a default")
        )
        let failed = try await project.sluice("schema", "register", "sales/orders", "v2.avsc")
        #expect(failed.exitCode == 1 && failed.transcript.contains("incompatible-schema"), "\(failed.transcript)")

        #expect(try await project.json("schema", "register", "sales/orders", "v3.avsc")["version"]?["version"]?.integer == 2)
        let list = try await project.json("schema", "list")
        #expect(list["schemas"]?[0]?["schema"]?.text == "sales/orders" && list["schemas"]?[0]?["latest"]?.integer == 2)
        let difference = try await project.json("schema", "diff", "sales/orders")
        #expect(difference["incompatibilities"]?.items.isEmpty == true && difference["lines"]?.items.count == 2)
        #expect(try await project.sluice("schema", "show", "sales/orders", "--version", "1", "--text").output == Self.first + "\n")
        #expect(try await project.json("schema", "compat", "sales/orders", "full_transitive")["compatibility"]?.text == "FULL_ALL")
        #expect(try await project.sluice("schema", "drop", "sales/orders", "--version", "2").exitCode == 2)
        _ = try await project.json("schema", "drop", "sales/orders", "--version", "2", "--yes")
        #expect(
            try await project.json("schema", "versions", "sales/orders")["versions"]?.items.map { $0["status"]?.text } == [
                "DELETED", "AVAILABLE",
            ])
        let unknown = try await project.sluice("schema", "show", "sales/order")
        #expect(unknown.exitCode == 2 && unknown.transcript.contains(#"did you mean "sales/orders"?"#))
    }

    @Test("a text that is no schema is an error at its file") func malformed() async throws {
        try project.directory.write("bad.proto", "syntax = \"proto3\"; message A { int32 a = 0; }")
        let result = try await project.sluice("schema", "register", "a", "bad.proto")
        #expect(
            result.exitCode == 2 && result.transcript.contains("bad.proto") && result.transcript.contains("A.a"), "\(result.transcript)")
    }

    @Test("a record is decoded by the header's id") func decode() async throws {
        try project.directory.write("v1.avsc", Self.schema(#"{"name": "id", "type": "long"}"#))
        let id = "b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63"
        _ = try await project.json("schema", "register", "orders", "v1.avsc", "--version-id", id, "--numeric-id", "77")
        let glue = try await project.json("schema", "decode", "--hex", "0300b7b4a7f09c964e4aa687fb5de9ef0c63 0e")
        #expect(glue["value"]?["id"]?.integer == 7 && glue["header"]?["kind"]?.text == "glue")
        #expect(try await project.json("schema", "decode", "--hex", "000000004d0e")["value"]?["id"]?.integer == 7)
        #expect(try await project.json("schema", "decode", "--hex", "0e", "--schema", "orders")["value"]?["id"]?.integer == 7)
        let bad = try await project.sluice("schema", "decode", "--hex", "0300b7b4a7f09c964e4aa687fb5de9ef0c63")
        #expect(bad.exitCode == 1 && bad.transcript.contains("field id"), "\(bad.transcript)")
    }

    @Test("schemas are declared, compared and exported") func declarations() async throws {
        try project.directory.write(
            "catalog/orders.yaml", "schema: sales/orders\nformat: avro\ncompatibility: FULL\ndefinition: |\n  \(Self.first)\n")
        #expect(try await project.sluice("catalog", "diff").exitCode == 1)
        let applied = try await project.sluice("catalog", "apply")
        #expect(applied.exitCode == 0 && applied.output.contains("+ schema sales/orders"), "\(applied.transcript)")
        #expect(try await project.sluice("catalog", "diff").exitCode == 0)
        #expect(try await project.json("schema", "list")["schemas"]?[0]?["compatibility"]?.text == "FULL")
        let exported = try await project.sluice("catalog", "export", "--catalog", "out")
        #expect(exported.exitCode == 0, "\(exported.transcript)")
        let text = try project.directory.text("out/schemas/sales/orders.yaml")
        #expect(text.contains("schema: sales/orders") && text.contains(Self.first))
        #expect(try await project.sluice("catalog", "diff", "--catalog", "out").exitCode == 0)

        try project.directory.write(
            "catalog/orders.yaml",
            "schema: sales/orders\nformat: avro\ndefinition: |\n  \(Self.schema(#"{"name": "x", "type": "long"}"#))\n")
        let refused = try await project.sluice("catalog", "apply")
        #expect(
            refused.exitCode == 1 && refused.transcript.contains("incompatible-schema") && refused.transcript.contains("orders.yaml:1"),
            "\(refused.transcript)")
        #expect(try await project.json("schema", "list")["schemas"]?[0]?["latest"]?.integer == 1)
        try project.directory.write("other/x.yaml", "database: x\n")
        _ = try await project.json("catalog", "apply", "--catalog", "other", "--prune")
        #expect(try await project.json("schema", "list")["schemas"]?.items.isEmpty == true)
    }
}
