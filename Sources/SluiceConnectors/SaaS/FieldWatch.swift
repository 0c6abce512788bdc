import SluiceCatalog
import SluiceCore
import SluiceFormats
import SluiceJSON
import SluicePipelines

/// Fields of an entity that no declaration names: those that were found are kept in the state, by connection.
struct FoundFields: Sendable {
    /// What `new_fields` may say.
    enum Rule: String, CaseIterable, Sendable { case follow, ignore }

    let catalog: Catalog
    let connection: String
    /// `zendesk tickets`.
    let entity: String

    func known() throws(SluiceError) -> [Field] {
        var fields: [Field] = []
        for field in try catalog.foundFields(connection: connection, entity: entity) where !field.name.isEmpty {
            fields.append(Field(field.name, try DataType(parsing: field.type)))
        }
        return fields
    }

    func keep(_ fields: [Field]) throws(SluiceError) {
        try catalog.keepFoundFields(
            fields.map { FoundField(name: $0.name, type: "\($0.type)") }, connection: connection, entity: entity)
    }
}

/// Looks for members of records that no column has a place for.
struct FieldWatch: Sendable {
    let found: FoundFields
    /// Names of all columns.
    let columns: Set<String>

    /// Keeps what is new, so that a plan made from now on reads it.
    ///
    /// - Parameter records: Those of a page that has members beyond the columns.
    /// - Throws: `newFields` where some of them have values; nothing of the page counts as read then.
    func check(_ records: RawRecords, at location: SourceLocation?) throws(SluiceError) {
        var types: [(name: String, type: DataType)] = []
        // Whole numbers that a float64 does not keep.
        var wide: Set<String> = []
        for row in 0..<records.count {
            guard case .object(let members)? = try? JSONParser.parse(Array(records.bytes[records.range(row)])) else { continue }
            // No column can be called by an empty name.
            for member in members where !columns.contains(member.name) && !member.name.isEmpty {
                guard let type = Self.type(of: member.value) else { continue }
                if Self.isWide(member.value) { wide.insert(member.name) }
                if let index = types.firstIndex(where: { $0.name == member.name }) {
                    types[index].type = Self.common(types[index].type, type)
                } else {
                    types.append((member.name, type))
                }
            }
        }
        guard !types.isEmpty else { return }
        for index in types.indices where types[index].type == .float64 && wide.contains(types[index].name) { types[index].type = .string }
        try found.keep(types.map { Field($0.name, $0.type) })
        let names = types.map { "\($0.name) (\($0.type))" }.joined(separator: ", ")
        throw SluiceError(
            .newFields, "records of \(found.entity) have fields that were not known: \(names)", at: location,
            remedy: "they are known now: run again, which begins with these records", isRetriable: true)
    }

    /// Digits that a float64 keeps.
    private static let floatDigits = 15

    /// Objects and lists become texts of JSON, and so do numbers with more digits than a float64 keeps; nil for null, which has no type.
    private static func type(of value: JSONNode) -> DataType? {
        switch value {
        case .null: nil
        case .boolean: .boolean
        case .number(let digits):
            if Int64(String(decoding: digits, as: UTF8.self)) != nil {
                .int64
            } else {
                digits.count { (0x30...0x39).contains($0) } > floatDigits ? .string : .float64
            }
        case .text, .list, .object: .string
        }
    }

    /// Whether a whole number has more digits than a float64 keeps.
    private static func isWide(_ value: JSONNode) -> Bool {
        guard case .number(let digits) = value, let whole = Int64(String(decoding: digits, as: UTF8.self)) else { return false }
        return whole.magnitude > 1 << 53
    }

    private static func common(_ a: DataType, _ b: DataType) -> DataType {
        if a == b { return a }
        let numbers: [DataType] = [.int64, .float64]
        return numbers.contains(a) && numbers.contains(b) ? .float64 : .string
    }
}
