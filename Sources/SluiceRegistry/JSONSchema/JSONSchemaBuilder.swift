package import SluiceCore
import SluiceFormats
import SluicePatterns

extension JSONSchema {
    /// Reads a schema's document.
    ///
    /// - Throws: `invalidSchema` naming the place (a JSON pointer) and what is wrong; `limitExceeded`.
    package init(parsing text: String) throws(SluiceError) {
        let json: Value
        do throws(SluiceError) {
            json = try WholeJSON.value(Array(text.utf8), noun: "the JSON Schema")
        } catch {
            throw SluiceError(.invalidSchema, error.message, remedy: error.remedy)
        }
        var builder = JSONSchemaBuilder(json)
        _ = try builder.schema(json, at: "#", depth: 0)
        nodes = builder.nodes
        canonical = CanonicalJSON.text(json)
    }
}

/// Turns the document into nodes. A schema that is referred to is read once, wherever it stands.
struct JSONSchemaBuilder {
    private(set) var nodes: [JSONSchemaNode] = []
    private let document: Value
    private let dialect: Dialect
    private let baseID: String
    /// Nodes by where they stand.
    private var places: [String: Int] = [:]
    /// Pointers by anchor.
    private var anchors: [String: String] = [:]

    /// Drafts differ in what stands beside a reference.
    private enum Dialect { case draft7, later }

    init(_ document: Value) {
        self.document = document
        var dialect = Dialect.later
        if case .string(let uri)? = document.member("$schema"), ["draft-07", "draft-06", "draft-04"].contains(where: uri.contains) {
            dialect = .draft7
        }
        self.dialect = dialect
        if case .string(let id)? = document.member("$id") { baseID = String(id.prefix { $0 != "#" }) } else { baseID = "" }
        findAnchors(document, "#", depth: 0)
    }

    private mutating func findAnchors(_ json: Value, _ pointer: String, depth: Int) {
        guard depth < CoreLimits.nestingDepth else { return }
        switch json {
        case .structure(let members):
            for member in members {
                if case .string(let text) = member.value {
                    if member.name == "$anchor" { anchors[text] = pointer }
                    if member.name == "$id", text.hasPrefix("#") { anchors[String(text.dropFirst())] = pointer }
                }
                findAnchors(member.value, pointer + "/" + Self.escaped(member.name), depth: depth + 1)
            }
        case .list(let items):
            for (index, item) in items.enumerated() { findAnchors(item, "\(pointer)/\(index)", depth: depth + 1) }
        default: break
        }
    }

    /// The place of the node of a schema, which is read unless it was already.
    mutating func schema(_ json: Value, at pointer: String, depth: Int) throws(SluiceError) -> Int {
        if let known = places[pointer] { return known }
        guard depth < RegistryLimits.depth, nodes.count < RegistryLimits.members else {
            throw SluiceError(
                .limitExceeded,
                "the JSON Schema is nested deeper than \(RegistryLimits.depth) schemas or has more than \(RegistryLimits.members) of them",
                remedy: "cut it into smaller schemas")
        }
        let index = nodes.count
        places[pointer] = index
        nodes.append(JSONSchemaNode(pointer: pointer))
        switch json {
        case .boolean(let constant): nodes[index].constant = constant
        case .structure:
            var reader = JSONKeywords(json, pointer)
            let node = try node(&reader, depth)
            nodes[index] = node
        default: throw Self.invalid(pointer, "a schema is an object, true or false, not \(json.json.quotedForMessage)")
        }
        return index
    }

    private mutating func node(_ keywords: inout JSONKeywords, _ depth: Int) throws(SluiceError) -> JSONSchemaNode {
        var node = JSONSchemaNode(pointer: keywords.pointer)
        if let reference = try keywords.text("$ref") {
            node.reference = try target(of: reference, keywords.pointer, depth)
            if dialect == .draft7 { return node }
        }
        try keywords.refuseUnknown()
        try keywords.readPlain(into: &node)
        node.prefixItems = try list(keywords, "prefixItems", depth)
        if case .list? = keywords["items"] {
            node.prefixItems = try list(keywords, "items", depth)
            node.items = try one(keywords, "additionalItems", depth)
        } else {
            node.items = try one(keywords, "items", depth)
        }
        node.contains = try one(keywords, "contains", depth)
        node.properties = try map(keywords, "properties", depth)
        for (text, schema) in try map(keywords, "patternProperties", depth).sorted(by: { $0.key < $1.key }) {
            node.patternProperties.append((try keywords.pattern(text, "patternProperties"), schema))
        }
        node.additionalProperties = try one(keywords, "additionalProperties", depth)
        node.propertyNames = try one(keywords, "propertyNames", depth)
        node.dependentSchemas = try map(keywords, "dependentSchemas", depth)
        if case .structure(let members)? = keywords["dependencies"] {
            for member in members {
                let place = keywords.pointer + "/dependencies/" + Self.escaped(member.name)
                if case .list = member.value {
                    node.dependentRequired[member.name] = try keywords.texts(member.value, "dependencies")
                } else {
                    node.dependentSchemas[member.name] = try schema(member.value, at: place, depth: depth + 1)
                }
            }
        }
        node.allOf = try list(keywords, "allOf", depth)
        node.anyOf = try list(keywords, "anyOf", depth)
        node.oneOf = try list(keywords, "oneOf", depth)
        node.not = try one(keywords, "not", depth)
        node.condition = try one(keywords, "if", depth)
        node.then = try one(keywords, "then", depth)
        node.otherwise = try one(keywords, "else", depth)
        return node
    }

    private mutating func one(_ keywords: JSONKeywords, _ name: String, _ depth: Int) throws(SluiceError) -> Int? {
        guard let json = keywords[name] else { return nil }
        return try schema(json, at: keywords.pointer + "/" + name, depth: depth + 1)
    }

    private mutating func list(_ keywords: JSONKeywords, _ name: String, _ depth: Int) throws(SluiceError) -> [Int] {
        guard let json = keywords[name] else { return [] }
        guard case .list(let items) = json, !items.isEmpty else {
            throw Self.invalid(keywords.pointer, "\"\(name)\" is no list of schemas")
        }
        var found: [Int] = []
        for (index, item) in items.enumerated() {
            found.append(try schema(item, at: "\(keywords.pointer)/\(name)/\(index)", depth: depth + 1))
        }
        return found
    }

    private mutating func map(_ keywords: JSONKeywords, _ name: String, _ depth: Int) throws(SluiceError) -> [String: Int] {
        guard let json = keywords[name] else { return [:] }
        guard case .structure(let members) = json else { throw Self.invalid(keywords.pointer, "\"\(name)\" is no object of schemas") }
        var found: [String: Int] = [:]
        for member in members {
            let place = keywords.pointer + "/" + name + "/" + Self.escaped(member.name)
            found[member.name] = try schema(member.value, at: place, depth: depth + 1)
        }
        return found
    }

    // MARK: References

    private mutating func target(of reference: String, _ pointer: String, _ depth: Int) throws(SluiceError) -> Int {
        var fragment = reference
        if !baseID.isEmpty, reference.hasPrefix(baseID) { fragment = String(reference.dropFirst(baseID.count)) }
        if fragment.isEmpty { fragment = "#" }
        guard fragment.hasPrefix("#") else {
            throw Self.invalid(
                pointer, "\"$ref\" leads to another document, \(reference.quotedForMessage)",
                "put that schema into this document, under $defs")
        }
        var place = fragment
        if fragment != "#", !fragment.hasPrefix("#/") {
            guard let anchored = anchors[String(fragment.dropFirst())] else {
                throw Self.invalid(pointer, "there is no schema with the anchor \(fragment.quotedForMessage)")
            }
            place = anchored
        }
        if place.hasSuffix("/") { place.removeLast() }
        guard let json = value(at: place) else {
            throw Self.invalid(
                pointer, "\"$ref\" leads nowhere: \(reference.quotedForMessage)", "name a schema that is there, such as #/$defs/name")
        }
        return try schema(json, at: place, depth: depth + 1)
    }

    private func value(at pointer: String) -> Value? {
        var value = document
        for part in pointer.split(separator: "/").dropFirst() {
            let name = part.replacing("~1", with: "/").replacing("~0", with: "~")
            switch value {
            case .structure:
                guard let member = value.member(String(name)) else { return nil }
                value = member
            case .list(let items):
                guard let index = Int(name), items.indices.contains(index) else { return nil }
                value = items[index]
            default: return nil
            }
        }
        return value
    }

    private static func escaped(_ name: String) -> String { name.replacing("~", with: "~0").replacing("/", with: "~1") }

    static func invalid(_ pointer: String, _ why: String, _ remedy: String? = nil) -> SluiceError {
        SluiceError(
            .invalidSchema, "the JSON Schema is wrong at \(pointer): \(why)", remedy: remedy ?? "see json-schema.org, \"Validation\"")
    }
}
