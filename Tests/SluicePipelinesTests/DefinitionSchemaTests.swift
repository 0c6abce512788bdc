import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@Suite struct DefinitionSchemaTests {
    private let schema: JSONDocument

    init() throws { schema = try JSONDocument(parsing: DefinitionSchema.pipeline(connectors: TestConnectors.registry)) }

    @Test("equal connectors give equal text")
    func deterministic() {
        let texts = Set((0..<3).map { _ in DefinitionSchema.pipeline(connectors: TestConnectors.registry) })
        #expect(texts.count == 1)
        #expect(texts.first?.hasPrefix("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n") == true)
    }

    @Test("it names the keys of a definition, requires what loading requires, and allows no others")
    func keys() {
        #expect(schema["properties"]?.keys == Set(PipelineLoader.keys.map(\.name)))
        #expect(schema["required"]?.items.compactMap(\.text) == ["name", "source"])
        let ends = schema["oneOf"]?.items.map { $0["required"]?.items.compactMap(\.text) ?? [] }
        #expect(ends == [["sink"], ["routes"]])
        #expect(schema["additionalProperties"] == .boolean(false))
        #expect(schema["properties"]?["on_error"]?["anyOf"]?[0]?["enum"]?.items.compactMap(\.text) == ["fail", "skip", "dead_letter"])
        #expect(schema["properties"]?["on_error"]?["default"] == .string("fail"))
        let shards = schema["properties"]?["stream"]?["properties"]?["shards"]
        #expect(shards?["minimum"] == .integer(1))
        #expect(shards?["maximum"] == .integer(DefinitionLimits.shards.upperBound))
    }

    @Test("a step is one key of those that there are, each with what it is for")
    func steps() {
        let item = schema["$defs"]?["steps"]?["items"]
        #expect(schema["properties"]?["steps"]?["$ref"] == .string("#/$defs/steps"))
        #expect(item?["properties"]?.keys == Set(StepRegistry.keys))
        #expect(item?["maxProperties"] == .integer(1))
        #expect(item?["minProperties"] == .integer(1))
        for (key, step) in item?["properties"]?.members ?? [:] {
            #expect(step["description"]?.text?.isEmpty == false, "\(key)")
        }
        let join = item?["properties"]?["join"]
        #expect(join?["properties"]?["kind"]?["enum"]?.items.compactMap(\.text) == ["inner", "left", "right", "full", "semi", "anti"])
        #expect(join?["properties"]?["with"]?["$ref"] == .string("#/$defs/source"))
        #expect(join?["required"]?.items.compactMap(\.text) == ["with"])
    }

    @Test("an end is one connector that has it, with that connector's options")
    func ends() {
        func connectors(_ end: String) -> [String] { schema["$defs"]?[end]?["oneOf"]?.items.compactMap { $0["title"]?.text } ?? [] }
        #expect(connectors("source") == ["files"])
        #expect(connectors("sink") == ["table"])
        let files = schema["$defs"]?["source"]?["oneOf"]?[0]
        #expect(files?["properties"]?.keys == ["files", "format", "columns", "options", "header"])
        #expect(files?["required"]?.items.compactMap(\.text) == ["files"])
        #expect(files?["properties"]?["format"]?["examples"] == .list([.string("csv")]))
        #expect(files?["properties"]?["header"]?["default"] == .boolean(true))
    }

    @Test("every reference leads to a definition")
    func references() {
        func references(_ node: JSONDocument) -> [String] {
            node.items.flatMap(references) + node.members.flatMap { key, value in key == "$ref" ? [value.text ?? ""] : references(value) }
        }
        let found = Set(references(schema))
        #expect(found == Set((schema["$defs"]?.keys ?? []).map { "#/$defs/\($0)" }))
    }

    @Test("defaults and examples of keys and steps are YAML of their shape")
    func examples() throws {
        for key in PipelineLoader.keys where key.name != "steps" {
            for example in key.examples + [key.defaultValue].compactMap(\.self) {
                let end = key.name == "match" ? "routes: {a: {sink: {table: t}}}" : "sink: {table: t}"
                let others = ["name: x", "source: {files: a}", end].filter { !$0.hasPrefix(key.name + ":") }
                #expect(throws: Never.self, "\(key.name): \(example)") {
                    _ = try load((others + ["\(key.name): \(example)"]).joined(separator: "\n"))
                }
            }
        }
    }
}
