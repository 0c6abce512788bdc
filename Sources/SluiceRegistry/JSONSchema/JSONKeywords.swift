import SluiceCore
import SluicePatterns

/// The keywords of one schema object, checked as they are read.
struct JSONKeywords {
    let pointer: String
    private let members: [String: Value]

    init(_ json: Value, _ pointer: String) {
        self.pointer = pointer
        guard case .structure(let members) = json else { preconditionFailure("keywords stand in an object") }
        self.members = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
    }

    subscript(name: String) -> Value? { members[name] }

    /// Keywords that decide about records in ways that are not known here.
    private static let unsupported = [
        "unevaluatedProperties", "unevaluatedItems", "$dynamicRef", "$recursiveRef", "extends", "disallow", "divisibleBy",
    ]

    func refuseUnknown() throws(SluiceError) {
        for name in Self.unsupported where members[name] != nil {
            throw JSONSchemaBuilder.invalid(
                pointer, "the keyword \"\(name)\" is not supported", "say the same with properties, additionalProperties, items and allOf")
        }
    }

    /// Everything that has no schema within it.
    func readPlain(into node: inout JSONSchemaNode) throws(SluiceError) {
        node.types = try types()
        node.defaultValue = self["default"]
        if let json = self["enum"] {
            guard case .list(let values) = json, values.count <= RegistryLimits.members else {
                throw JSONSchemaBuilder.invalid(pointer, "\"enum\" is no list of at most \(RegistryLimits.members) values")
            }
            node.values = values
        }
        if let value = self["const"] { node.values = [value] }
        node.minimum = try bound("minimum", "exclusiveMinimum") { $0 > $1 }
        node.maximum = try bound("maximum", "exclusiveMaximum") { $0 < $1 }
        node.multipleOf = try number("multipleOf")
        if let step = node.multipleOf, step <= 0 { throw JSONSchemaBuilder.invalid(pointer, "\"multipleOf\" is not above 0") }
        node.minLength = try count("minLength")
        node.maxLength = try count("maxLength")
        node.pattern = try text("pattern").map { text throws(SluiceError) in try pattern(text, "pattern") }
        node.minItems = try count("minItems")
        node.maxItems = try count("maxItems")
        node.isUnique = try boolean("uniqueItems")
        node.minContains = try count("minContains")
        node.maxContains = try count("maxContains")
        node.minProperties = try count("minProperties")
        node.maxProperties = try count("maxProperties")
        node.required = try self["required"].map { json throws(SluiceError) in try texts(json, "required") } ?? []
        if let json = self["dependentRequired"] {
            guard case .structure(let members) = json else {
                throw JSONSchemaBuilder.invalid(pointer, "\"dependentRequired\" is no object of lists")
            }
            for member in members { node.dependentRequired[member.name] = try texts(member.value, "dependentRequired") }
        }
        for name in ["contains", "propertyNames", "dependentRequired", "dependentSchemas", "dependencies", "not", "if", "then", "else"] {
            if let json = self[name] { node.opaque[name] = CanonicalJSON.text(json) }
        }
    }

    private func types() throws(SluiceError) -> Set<JSONType>? {
        guard let json = self["type"] else { return nil }
        let names: [String]
        if case .string(let name) = json { names = [name] } else { names = try texts(json, "type") }
        var types: Set<JSONType> = []
        for name in names {
            guard let type = JSONType(rawValue: name) else {
                throw JSONSchemaBuilder.invalid(
                    pointer, "there is no type \(name.quotedForMessage)",
                    Suggestion.remedy(for: name, in: JSONType.allCases.map(\.rawValue), noun: "types"))
            }
            types.insert(type)
        }
        return types
    }

    /// The stronger of a bound and its exclusive form.
    private func bound(_ name: String, _ exclusive: String, _ isStronger: (Double, Double) -> Bool) throws(SluiceError) -> JSONBound? {
        if case .boolean? = self[exclusive] {
            throw JSONSchemaBuilder.invalid(pointer, "\"\(exclusive)\" is a number from draft-06 on", "write the bound itself there")
        }
        let plain = try number(name).map { JSONBound(value: $0, isExclusive: false) }
        guard let other = try number(exclusive).map({ JSONBound(value: $0, isExclusive: true) }) else { return plain }
        guard let plain, isStronger(plain.value, other.value) else { return other }
        return plain
    }

    private func number(_ name: String) throws(SluiceError) -> Double? {
        switch self[name] {
        case nil: return nil
        case .integer(let number)?: return Double(number)
        case .float(let number)?: return number
        default: throw JSONSchemaBuilder.invalid(pointer, "\"\(name)\" is no number")
        }
    }

    private func count(_ name: String) throws(SluiceError) -> Int? {
        guard let number = try number(name) else { return nil }
        guard let count = Int(exactly: number), count >= 0 else {
            throw JSONSchemaBuilder.invalid(pointer, "\"\(name)\" is no whole number from 0 on")
        }
        return count
    }

    private func boolean(_ name: String) throws(SluiceError) -> Bool {
        switch self[name] {
        case nil: return false
        case .boolean(let flag)?: return flag
        default: throw JSONSchemaBuilder.invalid(pointer, "\"\(name)\" is neither true nor false")
        }
    }

    func text(_ name: String) throws(SluiceError) -> String? {
        switch self[name] {
        case nil: return nil
        case .string(let text)?: return text
        default: throw JSONSchemaBuilder.invalid(pointer, "\"\(name)\" is no text")
        }
    }

    func texts(_ json: Value, _ name: String) throws(SluiceError) -> [String] {
        guard case .list(let items) = json else { throw JSONSchemaBuilder.invalid(pointer, "\"\(name)\" is no list of texts") }
        var texts: [String] = []
        for item in items {
            guard case .string(let text) = item else { throw JSONSchemaBuilder.invalid(pointer, "\"\(name)\" is no list of texts") }
            texts.append(text)
        }
        return texts
    }

    func pattern(_ text: String, _ name: String) throws(SluiceError) -> JSONPattern {
        do throws(PatternError) {
            return JSONPattern(text: text, pattern: try Pattern(text))
        } catch {
            throw JSONSchemaBuilder.invalid(
                pointer, "the regular expression \(text.quotedForMessage) of \"\(name)\" cannot be used: \(error.message)",
                "patterns have no back-references and no look-around")
        }
    }
}
