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

/// Makes numbers and truth values of texts, digit by digit, in the fields that hold such.
struct TextConversion: Sendable {
    private let fields: Set<String>

    /// Nil where nothing is to be made.
    init?(_ schema: Schema, _ entity: ServiceEntity, _ texts: WrittenTexts) {
        guard texts == .convert else { return nil }
        let converted = entity.fields.filter { FieldTypes.isConverted($0.type) }.map(\.name)
        fields = Set(schema.fields.filter { $0.type == .string }.map(\.name)).intersection(converted)
        if fields.isEmpty { return nil }
    }

    /// - Parameter row: A JSON object.
    func converted(_ row: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard case .object(var members)? = try? JSONParser.parse(Array(row)) else { return row }
        for place in members.indices where fields.contains(members[place].name) {
            guard case .text(let text) = members[place].value, let value = Self.value(text) else { continue }
            members[place].value = value
        }
        return JSONNode.object(members).json[...]
    }

    private static func value(_ text: ArraySlice<UInt8>) -> JSONNode? {
        if let node = try? JSONParser.parse(Array(text)), case .number = node { return node }
        switch String(decoding: text, as: UTF8.self).lowercased() {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default: return nil
        }
    }
}
