import SluiceCore
import SluicePatterns

/// A JSON Schema: draft-07, 2019-09 or 2020-12, as far as one document goes (json-schema.org, "Core" and "Validation").
///
/// `format` is a note, as 2020-12 has it by default. References lead into the document itself. What would change which records are valid and
/// is not known here (`unevaluatedProperties`, `$dynamicRef`, …) is refused when the schema is read.
package struct JSONSchema: Sendable {
    /// The root is the first.
    var nodes: [JSONSchemaNode]
    /// The document, in one form.
    package let canonical: String
}

/// JSON's types; an integer is a number without a fraction.
enum JSONType: String, Hashable, Sendable, CaseIterable {
    case null, boolean, integer, number, string, array, object
}

/// A lower or upper bound of numbers.
struct JSONBound: Hashable, Sendable {
    var value: Double
    var isExclusive: Bool
}

/// One schema within the document; other schemas by their place in `JSONSchema.nodes`.
struct JSONSchemaNode: Sendable {
    /// Where it stands in the document: `#/properties/id`.
    var pointer: String
    /// For the schemas `true` and `false`.
    var constant: Bool?
    var reference: Int?
    var types: Set<JSONType>?
    /// `enum`, or `const` as the only one.
    var values: [Value]?
    var defaultValue: Value?

    // Numbers.
    var minimum: JSONBound?
    var maximum: JSONBound?
    var multipleOf: Double?

    // Texts.
    var minLength: Int?
    var maxLength: Int?
    var pattern: JSONPattern?

    // Arrays.
    var minItems: Int?
    var maxItems: Int?
    var isUnique = false
    var prefixItems: [Int] = []
    /// Of items behind the prefix; nil: anything.
    var items: Int?
    var contains: Int?
    var minContains: Int?
    var maxContains: Int?

    // Objects.
    var minProperties: Int?
    var maxProperties: Int?
    var required: [String] = []
    var properties: [String: Int] = [:]
    var patternProperties: [(pattern: JSONPattern, schema: Int)] = []
    /// Of members that are neither; nil: anything.
    var additionalProperties: Int?
    var propertyNames: Int?
    var dependentRequired: [String: [String]] = [:]
    var dependentSchemas: [String: Int] = [:]

    // Alternatives.
    var allOf: [Int] = []
    var anyOf: [Int] = []
    var oneOf: [Int] = []
    var not: Int?
    var condition: Int?
    var then: Int?
    var otherwise: Int?

    /// Keywords whose meaning is compared as a whole, in one form.
    var opaque: [String: String] = [:]
}

/// A regular expression with its text.
struct JSONPattern: Sendable {
    let text: String
    let pattern: Pattern

    func matches(_ text: String) -> Bool {
        var matcher = Matcher(pattern)
        return Array(text.utf8).withUnsafeBufferPointer { matcher.matches($0) }
    }
}

extension JSONSchemaNode {
    /// Schemas that hold for a member of this name.
    func schemas(ofMember name: String) -> [Int] {
        var found = properties[name].map { [$0] } ?? []
        for (pattern, schema) in patternProperties where pattern.matches(name) { found.append(schema) }
        if found.isEmpty, let additionalProperties { found.append(additionalProperties) }
        return found
    }

    /// The schema of the item at a place; nil: anything.
    func schema(ofItem index: Int) -> Int? { index < prefixItems.count ? prefixItems[index] : items }

    /// `integer or string`.
    static func text(_ types: Set<JSONType>?) -> String {
        guard let types else { return "any type" }
        return JSONType.allCases.filter(types.contains).map(\.rawValue).joined(separator: " or ")
    }
}
