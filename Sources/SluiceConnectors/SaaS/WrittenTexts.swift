import SluiceCore
import SluiceJSON
import SluicePipelines
import SluiceSaaS

/// What becomes of texts in fields of a service that are numbers or truth values.
enum WrittenTexts: String, CaseIterable, Sendable {
    /// Columns of texts do not go there.
    case refuse
    /// A text that is written as JSON writes a number, or as true or false in any case, is sent as one. What is neither is sent as it is, for
    /// the service to judge.
    case convert

    static let specification = OptionSpecification(
        "texts", .enumeration(allCases.map(\.rawValue)), default: refuse.rawValue,
        "Columns of texts whose field is a number or a boolean: refuse them before the run, or convert each value; a text that is none is sent "
            + "as it is, for the service to judge.")
}

/// Makes of values what the fields hold that they go into: numbers and truth values of texts, digit by digit, and texts of numbers.
struct TextConversion: Sendable {
    /// Fields of numbers and truth values.
    private let fields: Set<String>
    /// Fields of texts that get values of several kinds.
    private let texts: Set<String>

    /// Nil where nothing is to be made.
    init?(_ schema: Schema, _ entity: ServiceEntity, _ rule: WrittenTexts) {
        guard rule == .convert else { return nil }
        var fields: Set<String> = []
        var texts: Set<String> = []
        for column in schema.fields {
            guard let field = entity.fields.first(where: { $0.name == column.name }), FieldTypes.isConverted(column.type, in: field.type)
            else { continue }
            if FieldTypes.isNumberOrBoolean(field.type) { fields.insert(column.name) } else { texts.insert(column.name) }
        }
        (self.fields, self.texts) = (fields, texts)
        if fields.isEmpty, texts.isEmpty { return nil }
    }

    /// - Parameter row: A JSON object.
    func converted(_ row: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard case .object(var members)? = try? JSONParser.parse(Array(row)) else { return row }
        for place in members.indices {
            if case .text(let text) = members[place].value, fields.contains(members[place].name), let value = Self.value(text) {
                members[place].value = value
            } else if texts.contains(members[place].name) {
                switch members[place].value {
                case .number, .boolean: members[place].value = .text(members[place].value.json[...])
                default: break
                }
            }
        }
        return JSONNode.object(members).json[...]
    }

    private static func value(_ text: ArraySlice<UInt8>) -> JSONNode? {
        let word = String(decoding: text, as: UTF8.self).lowercased()
        if word == "true" || word == "false" { return .boolean(word == "true") }
        guard case .number(let digits)? = try? JSONParser.parse(Array(plain(word).utf8)) else { return nil }
        return .number(digits)
    }

    /// A number as JSON writes it, where it is written with a plus, with zeros before it, or without one: `+7`, `007`, `.5`.
    private static func plain(_ text: String) -> String {
        var digits = text.drop { $0 == " " }
        let sign = digits.hasPrefix("-") ? "-" : ""
        if digits.hasPrefix("-") || digits.hasPrefix("+") { digits = digits.dropFirst() }
        guard let first = digits.utf8.first, (0x30...0x39).contains(first) || first == UInt8(ascii: ".") else { return text }
        digits = digits.drop { $0 == "0" }
        let isBare = digits.utf8.first.map { !(0x30...0x39).contains($0) } ?? true
        return sign + (isBare ? "0" : "") + digits
    }
}
