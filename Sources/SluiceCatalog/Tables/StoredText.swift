import FoundationEssentials
import SluiceCore
import SluiceJSON

/// How lists and maps stand in text columns of the database.
enum StoredText {
    /// Partition values as one text, in the order of the keys: `2024/1%2F2`. `/`, `%` and controls are escaped, an empty value is `%-`.
    static func partition(_ values: [String]) -> String { values.map(escaped).joined(separator: "/") }

    /// - Parameter text: What `partition` returned; empty for no values.
    static func partitionValues(_ text: String) -> [String] {
        if text.isEmpty { return [] }
        return text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { unescaped(Substring($0)) }
    }

    static func map(_ entries: [String: String]) throws -> String { entries.isEmpty ? "{}" : try json(entries) }
    static func map(_ text: String) throws -> [String: String] { text == "{}" ? [:] : try StoredJSON.read(text, StoredJSON.map) }
    static func columns(_ columns: [CatalogColumn]) throws -> String { try json(columns.map(StoredColumn.init)) }
    static func columns(_ text: String) throws -> [CatalogColumn] {
        text == "[]" ? [] : try StoredJSON.read(text) { try StoredJSON.list($0, column) }
    }

    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// - Throws: `stateCorrupt`.
    static func decode<Result: Decodable>(_ text: String) throws -> Result {
        do {
            return try JSONDecoder().decode(Result.self, from: Data(text.utf8))
        } catch {
            throw SluiceError(.stateCorrupt, "the catalog holds unreadable text: \(text.quotedForMessage)", underlying: error)
        }
    }

    private static func column(_ node: JSONNode) throws -> CatalogColumn {
        let object = try StoredObject(node)
        return CatalogColumn(
            try object.text("name"), try type(object.text("type")), isNullable: try object.required("nullable", StoredJSON.boolean),
            comment: try object.text("comment"), parameters: try object.optional("parameters", StoredJSON.map) ?? [:])
    }

    private static func type(_ text: String) throws -> DataType { try simpleTypes[text] ?? DataType(parsing: text) }

    /// Most columns have one of these.
    private static let simpleTypes = Dictionary(uniqueKeysWithValues: DataType.simpleNames.map { ($0.name, $0.type) })

    private struct StoredColumn: Encodable {
        var name: String
        var type: String
        var nullable: Bool
        var comment: String
        var parameters: [String: String]?

        init(_ column: CatalogColumn) {
            name = column.name
            type = column.type.description
            nullable = column.isNullable
            comment = column.comment
            parameters = column.parameters.isEmpty ? nil : column.parameters
        }
    }

    private static func escaped(_ value: String) -> String {
        if value.isEmpty { return "%-" }
        var text = ""
        for scalar in value.unicodeScalars {
            if scalar == "/" || scalar == "%" || scalar.value < 0x20 {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0" + digits : "%" + digits
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func unescaped(_ text: Substring) -> String {
        if text == "%-" { return "" }
        guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
