import SluiceCatalog
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceRegistry

@Suite("the schema registry")
struct SchemaRegistryTests {
    private let directory: TemporaryDirectory
    private let registry: SchemaRegistry
    private let name: SchemaName

    init() throws {
        directory = try TemporaryDirectory()
        registry = SchemaRegistry(try Catalog(home: directory.path("home")))
        name = try SchemaName(parsing: "sales/orders")
    }

    /// A record with so many fields; each has a default unless it is named.
    private static func text(_ count: Int, bare: Set<Int> = []) -> String {
        let fields = (1...count).map { #"{"name": "f\#($0)", "type": "int"\#(bare.contains($0) ? "" : #", "default": 0"#)}"# }
        return #"{"type": "record", "name": "R", "fields": [\#(fields.joined(separator: ", "))]}"#
    }

    @discardableResult
    private func add(_ text: String, _ mode: CompatibilityMode? = nil) throws -> SchemaRegistry.Registration {
        var candidate = SchemaRegistry.Candidate(name, text: text)
        candidate.format = .avro
        candidate.compatibility = mode
        return try registry.register(candidate)
    }

    @Test("versions are numbered, and a text that says the same is the same version") func versions() throws {
        let first = try add(Self.text(1))
        #expect(first.isNew && first.version.version == 1 && first.version.isAvailable)
        let same = try add(Self.text(1).replacing(", ", with: " ,\n"))
        #expect(!same.isNew && same.version == first.version)
        #expect(try add(Self.text(2)).version.version == 2)
        let stored = try registry.schema(name)
        #expect(stored.compatibility == "BACKWARD" && stored.latest == 2 && stored.checkpoint == 1)
        #expect(try registry.catalog.schemaVersion(id: first.version.id)?.version == 1)
        #expect(try registry.catalog.schemaVersion(numericID: 2)?.version == 2)
    }

    /// The mode, and which of these texts may follow: one field more with a default, one without, the field gone, the field of the first
    /// version (two ago) gone.
    @Test(
        "each mode lets through what it says",
        arguments: [
            (CompatibilityMode.none, [true, true, true]), (.backward, [true, false, true]), (.forward, [true, true, false]),
            (.full, [true, false, false]), (.backwardAll, [true, false, true]), (.forwardAll, [true, true, false]),
            (.fullAll, [true, false, false]),
            (.disabled, [false, false, false]),
        ]) func modes(_ mode: CompatibilityMode, _ allowed: [Bool]) throws
    {
        try add(Self.text(2, bare: [1]), mode)
        let texts = [Self.text(3, bare: [1]), Self.text(3, bare: [1, 3]), #"{"type": "record", "name": "R", "fields": []}"#]
        for (text, isAllowed) in zip(texts, allowed) {
            let schema = try registry.schema(name)
            if mode != .disabled { #expect(try registry.check(text, schema).isEmpty == isAllowed) }
            guard !isAllowed else { continue }
            let error = #expect(throws: SluiceError.self) { try add(text) }
            #expect(error?.code == .incompatibleSchema)
            #expect(try registry.catalog.schemaVersions(of: name.name, in: name.registry).count == 1)
        }
    }

    @Test("transitive modes look at all versions from the checkpoint on") func transitive() throws {
        try add(Self.text(1), CompatibilityMode.none)
        try add(#"{"type": "record", "name": "R", "fields": [{"name": "f1", "type": "string"}]}"#)
        try add(#"{"type": "record", "name": "R", "fields": [{"name": "f1", "type": "bytes"}]}"#)
        let next =
            #"{"type": "record", "name": "R", "fields": [{"name": "f1", "type": "string"}, {"name": "g", "type": "int", "default": 1}]}"#
        let schema = try registry.schema(name)
        #expect(try registry.check(next, schema, mode: .backward) == [])
        let findings = try registry.check(next, schema, mode: .backwardAll)
        #expect(findings.map(\.version) == [1] && findings.map(\.path) == ["R.f1"])
        let moved = try registry.catalog.changeSchema(name.name, in: name.registry, checkpoint: 2)
        #expect(try registry.check(next, moved, mode: .backwardAll) == [])
    }

    @Test("a record is written with a header and read by it, whatever version is the latest") func records() throws {
        let first = try add(Self.text(1))
        let document = try registry.document(of: first.version)
        let payload = try document.glueBytes(of: .structure([.init("f1", .integer(7))]))
        let id = try #require(SchemaVersionID(first.version.id))
        try add(Self.text(2))
        for compresses in [false, true] {
            let (version, value) = try registry.decode(WireHeader.glueRecord(id, payload, compresses: compresses)[...])
            #expect(version.version == 1 && value == .structure([.init("f1", .integer(7))]))
        }
        #expect(try registry.decode(([0, 0, 0, 0, 1] + payload)[...]).version.version == 1)
        let unknown = WireHeader.glueRecord(SchemaVersionID(bytes: [UInt8](repeating: 9, count: 16)), payload, compresses: false)
        #expect(#expect(throws: SluiceError.self) { try registry.decode(unknown[...]) }?.code == .notFound)
        try registry.catalog.dropSchemaVersion(2, of: name.name, in: name.registry)
        let dropped = #expect(throws: SluiceError.self) { try registry.decode([0, 0, 0, 0, 2][...]) }
        #expect(dropped?.message.contains("was dropped") == true)
        #expect(try registry.version(nil, of: name).version == 1)
        #expect(try add(Self.text(2)).version.version == 3, "a number is not given twice")
    }

    @Test("ids of other registries can be kept") func foreignIDs() throws {
        var candidate = SchemaRegistry.Candidate(name, text: Self.text(1))
        candidate.format = .avro
        candidate.id = SchemaVersionID("b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63")
        candidate.numericID = 4_711
        #expect(try registry.register(candidate).version.id == "b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63")
        #expect(try registry.version(named: .confluent(4_711)).version == 1)
        candidate.text = Self.text(2)
        #expect(#expect(throws: SluiceError.self) { try registry.register(candidate) }?.code == .alreadyExists)
    }

    @Test("of many that register at once each new text is compared with the one before") func atOnce() async throws {
        try add(Self.text(1))
        let path = directory.path("home")
        let name = name
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for count in 2...9 {
                group.addTask {
                    do {
                        var candidate = SchemaRegistry.Candidate(name, text: Self.text(count))
                        candidate.compatibility = .full
                        return try SchemaRegistry(try Catalog(home: path)).register(candidate).isNew
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(outcomes == [Bool](repeating: true, count: 8))
        let versions = try registry.catalog.schemaVersions(of: name.name, in: name.registry)
        #expect(versions.map(\.version) == Array(1...9))
        #expect(Set(versions.map(\.id)).count == 9 && Set(versions.map(\.numericID)).count == 9)
    }

    @Test("a gate takes records of its schema, and says what is wrong with others") func gate() throws {
        let version = try add(Self.text(1)).version
        let gate = SchemaGate(registry, name)
        func fault(_ record: [UInt8]) -> SluiceError? { gate.fault(of: record[...]) }
        let id = try #require(SchemaVersionID(version.id))
        #expect(fault(Array(#"{"f1": 3}"#.utf8)) == nil)
        #expect(fault(WireHeader.glueRecord(id, [6], compresses: false)) == nil)
        #expect(fault(Array(#"{"f1": "x"}"#.utf8))?.message.contains("field f1") == true)
        #expect(fault(WireHeader.glueRecord(id, [6, 6], compresses: false))?.code == .recordMismatch)
        #expect(fault([])?.code == .recordMismatch)
        var other = SchemaRegistry.Candidate(try SchemaName(parsing: "other"), text: Self.text(1))
        other.format = .avro
        let otherID = try #require(SchemaVersionID(try registry.register(other).version.id))
        #expect(fault(WireHeader.glueRecord(otherID, [6], compresses: false))?.message.contains("the stream takes") == true)
    }

    @Test("names and what is not there") func names() throws {
        #expect(try SchemaName(parsing: "a/b").description == "a/b" && SchemaName(parsing: "b").registry == SchemaName.defaultRegistry)
        #expect(throws: SluiceError.self) { try SchemaName(parsing: "a b") }
        try add(Self.text(1))
        let error = #expect(throws: SluiceError.self) { try registry.schema(SchemaName(parsing: "sales/order")) }
        #expect(error?.remedy == #"did you mean "sales/orders"?"#)
        var candidate = SchemaRegistry.Candidate(try SchemaName(parsing: "new"), text: "{}")
        #expect(#expect(throws: SluiceError.self) { try registry.register(candidate) }?.code == .invalidOption)
        candidate = SchemaRegistry.Candidate(name, text: "{}")
        candidate.format = .json
        #expect(#expect(throws: SluiceError.self) { try registry.register(candidate) }?.code == .invalidArgument)
    }
}
