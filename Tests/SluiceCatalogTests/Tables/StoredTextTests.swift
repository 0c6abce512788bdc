import FoundationEssentials
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceCatalog

@Suite("what the catalog keeps as JSON") struct StoredTextTests {
    private static let texts = ["", "a", "é", "e\u{301}", "\"\\/", "\u{0}\u{1}\n\r\t\u{8}\u{C}", "\u{10FFFF}😀", "{\"a\":[1,null]}", "null"]

    private static func text(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in texts.randomElement(using: &random) ?? "" }.joined()
    }

    private static func map(_ random: inout SeededGenerator) -> [String: String] {
        var map: [String: String] = [:]
        for _ in 0..<Int.random(in: 0...4, using: &random) { map[text(&random)] = text(&random) }
        return map
    }

    private static func some<Value>(_ random: inout SeededGenerator, _ value: (inout SeededGenerator) -> Value) -> Value? {
        Bool.random(using: &random) ? value(&random) : nil
    }

    private static func storage(_ random: inout SeededGenerator) -> StorageDescriptor {
        var storage = StorageDescriptor()
        storage.inputFormat = some(&random, text)
        storage.outputFormat = some(&random, text)
        storage.isCompressed = some(&random) { Bool.random(using: &$0) }
        storage.serDe = some(&random) { .init(name: some(&$0, text), library: some(&$0, text), parameters: map(&$0)) }
        storage.bucketCount = some(&random) { Int.random(in: -1...100, using: &$0) }
        storage.bucketColumns = some(&random) { [text(&$0), text(&$0)] } ?? []
        storage.sortColumns = some(&random) { [.init(text(&$0), isAscending: .random(using: &$0))] } ?? []
        storage.parameters = map(&random)
        storage.skew = some(&random) { .init(columns: [text(&$0)], values: [], locations: map(&$0)) }
        storage.schemaReference = some(&random) {
            .init(registry: some(&$0, text), schema: some(&$0, text), versionID: some(&$0, text), versionNumber: some(&$0) { _ in 7 })
        }
        storage.additionalLocations = some(&random) { [text(&$0)] } ?? []
        storage.isStoredAsSubDirectories = some(&random) { Bool.random(using: &$0) }
        return storage
    }

    @Test("descriptors come back exactly as they went, and as `JSONDecoder` reads them", arguments: [1, 2, 3] as [UInt64])
    func storages(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let storage = Self.storage(&random)
            let text = try StoredText.json(storage)
            let read = try StoredJSON.read(text) { try StorageDescriptor(stored: $0) }
            #expect(read == storage, "seed \(seed): \(text)")
            #expect(try StoredText.json(read) == text, "seed \(seed): \(text)")
            #expect(try JSONDecoder().decode(StorageDescriptor.self, from: Data(text.utf8)) == read)
        }
    }

    @Test("columns and maps come back byte by byte", arguments: [1, 2] as [UInt64])
    func columns(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let types: [DataType] = [
            .int64, .string, .decimal(precision: 12, scale: 2), .list(.structure([Field("a b", .int8)])), .timestamp(zoned: true),
            .map(key: .string, value: .date), .choice([.int64, .string]),
        ]
        for _ in 0..<200 {
            let columns = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                CatalogColumn(
                    Self.text(&random), types.randomElement(using: &random) ?? .string, isNullable: .random(using: &random),
                    comment: Self.text(&random), parameters: Self.map(&random))
            }
            let text = try StoredText.columns(columns)
            let read = try StoredText.columns(text)
            #expect(try read == columns && StoredText.columns(read) == text, "seed \(seed): \(text)")
            let map = Self.map(&random)
            #expect(try StoredText.map(StoredText.map(map)) == map, "seed \(seed)")
        }
    }

    @Test("what the catalog does not write is told as damage", arguments: ["", "{", "[]", "7", "null", #"{"a":7}"#, #"{"a":null}"#])
    func unreadable(text: String) {
        let error = #expect(throws: SluiceError.self) { try StoredText.map(text) as [String: String] }
        #expect(error?.code == .stateCorrupt)
    }

    @Test("details of partitions that follow one another are those of each")
    func partitionDetails() throws {
        var random = SeededGenerator(seed: 5)
        let storages = [nil, Self.storage(&random), Self.storage(&random)]
        let columns: [[CatalogColumn]?] = [nil, [CatalogColumn("a", .int8)], [CatalogColumn("a", .int16)]]
        var reader = PartitionDetailsReader()
        for round in 0..<500 {
            let partition = PartitionDefinition(
                values: ["1"], location: "/p", parameters: [[:], ["k": "\(round / 3)"]].randomElement(using: &random) ?? [:],
                storage: storages.randomElement(using: &random) ?? nil, columns: columns.randomElement(using: &random) ?? nil)
            let text = try StoredPartitionDetails.text(partition) ?? ""
            let details = try Array(text.utf8).withUnsafeBufferPointer { try reader.details($0) }
            #expect(details.parameters == partition.parameters && details.layout.storage == partition.storage, "\(text)")
            #expect(details.layout.columns == partition.columns, "\(text)")
        }
        let error = #expect(throws: SluiceError.self) { try Array("[1]".utf8).withUnsafeBufferPointer { try reader.details($0) } }
        #expect(error?.code == .stateCorrupt)
    }

    @Test(
        "values of partitions come back, whatever stands in them",
        arguments: [
            ["a"], [""], ["", ""], ["a/b", "%2F"], ["a", "\u{301}b"], ["é", "e\u{301}"], ["%-", "\n"], ["2024", "1", "__HIVE__"],
        ])
    func partitionValues(values: [String]) {
        let read = StoredText.partitionValues(StoredText.partition(values))
        #expect(read.map { Array($0.utf8) } == values.map { Array($0.utf8) })
    }
}
