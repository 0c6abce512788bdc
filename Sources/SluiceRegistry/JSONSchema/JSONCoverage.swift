import SluiceCore

/// Whether every record that a writer's schema allows is one of the reader's.
///
/// The rules are those of Confluent's registry for JSON Schema ("Schema evolution and compatibility", open and closed content models) in
/// their strict form: what cannot be shown to be allowed is incompatible. The alternatives of `oneOf` are taken as those of `anyOf`.
struct JSONCoverage {
    let reader: JSONSchema
    let writer: JSONSchema
    var comparison: Comparison
    /// What is being looked at, or was found to hold.
    private var covered: Set<Pair> = []

    /// A schema of the reader, and those of the writer that all hold for the same value.
    private struct Pair: Hashable {
        var read: Int
        var written: [Written]
    }

    /// A schema of the writer; its alternatives may have been taken out, as they are looked at one by one.
    struct Written: Hashable {
        var node: Int
        var hasAlternatives = true
    }

    init(reader: JSONSchema, writer: JSONSchema, direction: CompatibilityDirection) {
        self.reader = reader
        self.writer = writer
        comparison = Comparison(direction)
    }

    static func findings(
        reader: JSONSchema, writer: JSONSchema, direction: CompatibilityDirection
    ) throws(SluiceError) -> [Incompatibility] {
        // What is the same needs no proof, which may be beyond what is compared here.
        if reader.canonical == writer.canonical { return [] }
        var coverage = JSONCoverage(reader: reader, writer: writer, direction: direction)
        _ = try coverage.covers(0, [Written(node: 0)], .root)
        return coverage.comparison.findings
    }

    /// - Parameter written: Schemas that hold together; none: anything.
    mutating func covers(_ read: Int, _ written: [Written], _ path: FieldPath) throws(SluiceError) -> Bool {
        try comparison.step()
        let written = flattened(written)
        if written.contains(where: { writer.nodes[$0.node].constant == false }) { return true }
        let pair = Pair(read: read, written: written)
        guard covered.insert(pair).inserted else { return true }
        let isCovered = try coversEach(read, written, path)
        if !isCovered { covered.remove(pair) }
        return isCovered
    }

    private mutating func coversEach(_ read: Int, _ written: [Written], _ path: FieldPath) throws(SluiceError) -> Bool {
        // One of the writer's alternatives holds: the reader must take each of them.
        if let place = written.firstIndex(where: { $0.hasAlternatives && !alternatives($0).isEmpty }) {
            var isCovered = true
            var rest = written
            rest[place].hasAlternatives = false
            for branch in alternatives(written[place]) where try !covers(read, rest + [Written(node: branch)], path) { isCovered = false }
            return isCovered
        }
        let node = reader.nodes[read]
        if let constant = node.constant {
            if !constant {
                comparison.add(
                    "nothing-allowed", at: path, reader: "no value", writer: types(written).map { JSONSchemaNode.text($0) } ?? "any value",
                    why: "\(comparison.reader) allows no value where \(comparison.writer) does", allowed: "keep the schema")
            }
            return constant
        }
        var isCovered = true
        if let reference = node.reference, try !covers(reference, written, path) { isCovered = false }
        for rule in node.allOf where try !covers(rule, written, path) { isCovered = false }
        if try !coversPlain(read, written, path) { isCovered = false }
        for alternatives in [node.anyOf, node.oneOf] where !alternatives.isEmpty {
            if try !covers(anyOf: alternatives, written, path) { isCovered = false }
        }
        return isCovered
    }

    /// What the node itself says, without other schemas for the same value.
    private mutating func coversPlain(_ read: Int, _ written: [Written], _ path: FieldPath) throws(SluiceError) -> Bool {
        let node = reader.nodes[read]
        if let values = written.compactMap({ writer.nodes[$0.node].values }).first {
            // Few values: each is asked.
            return coversValues(values, read, written, path)
        }
        let possible = types(written)
        guard coversTypes(node, possible, path) else { return false }
        if let values = node.values {
            comparison.add(
                "values-limited", at: path, reader: values.prefix(8).map(\.json).joined(separator: ", "),
                writer: JSONSchemaNode.text(possible),
                why: "\(comparison.writer) allows values that \(comparison.reader) does not list",
                allowed: "leave \"enum\" and \"const\" out, or keep them in both")
            return false
        }
        func may(_ types: JSONType...) -> Bool { possible.map { !$0.isDisjoint(with: types) } ?? true }
        var isCovered = coversOpaque(node, written, path)
        if may(.number, .integer), !coversNumbers(node, written, path) { isCovered = false }
        if may(.string), !coversTexts(node, written, path) { isCovered = false }
        if may(.array), try !coversItems(node, written, path) { isCovered = false }
        if may(.object), try !coversMembers(node, written, path) { isCovered = false }
        return isCovered
    }

    private mutating func covers(anyOf alternatives: [Int], _ written: [Written], _ path: FieldPath) throws(SluiceError) -> Bool {
        let known = covered
        var nearest: Comparison?
        for rule in alternatives {
            let outer = comparison
            comparison = outer.branch
            let isCovered = try covers(rule, written, path)
            let tried = comparison
            comparison = outer
            comparison.end(tried)
            if isCovered { return true }
            covered = known
            // The alternative that agrees the furthest says the most.
            if tried.depth > max(path.text.utf8.count, nearest?.depth ?? 0) { nearest = tried }
        }
        if let nearest {
            comparison.end(nearest, keeping: true)
        } else {
            comparison.add(
                "no-alternative", at: path, reader: "\(alternatives.count) alternatives", writer: JSONSchemaNode.text(types(written)),
                why: "what \(comparison.writer) allows is in none of the alternatives of \(comparison.reader)",
                allowed: "keep the alternative")
        }
        return false
    }

    // MARK: The writer's side

    private func alternatives(_ written: Written) -> [Int] {
        guard written.hasAlternatives else { return [] }
        let node = writer.nodes[written.node]
        return node.anyOf.isEmpty ? node.oneOf : node.anyOf
    }

    /// With what they refer to and what stands in their `allOf`, each once.
    private func flattened(_ written: [Written]) -> [Written] {
        var all: [Written] = []
        // Those that are given stand first: their alternatives may have been taken out already.
        var seen: Set<Int> = []
        for part in written where seen.insert(part.node).inserted { all.append(part) }
        var place = 0
        while place < all.count, all.count < RegistryLimits.members {
            let node = writer.nodes[all[place].node]
            for inner in (node.reference.map { [$0] } ?? []) + node.allOf where seen.insert(inner).inserted {
                all.append(Written(node: inner))
            }
            place += 1
        }
        return all.filter { writer.nodes[$0.node].constant != true }
    }

    /// Types that a value can have; nil: any.
    private func types(_ written: [Written]) -> Set<JSONType>? {
        var types: Set<JSONType>?
        for part in written {
            guard let own = writer.nodes[part.node].types else { continue }
            guard let known = types else {
                types = own
                continue
            }
            var both = known.intersection(own)
            if known.contains(.number) && own.contains(.integer) || known.contains(.integer) && own.contains(.number) {
                both.insert(.integer)
            }
            types = both
        }
        return types
    }

    // MARK: Values and types

    private mutating func coversValues(_ values: [Value], _ read: Int, _ written: [Written], _ path: FieldPath) -> Bool {
        let node = reader.nodes[read]
        let refused = values.filter { value in
            // Values that the writer's other schemas exclude do not come.
            let comes = written.allSatisfy { part in !fails(value, writer, part.node) }
            return comes && fails(value, reader, read)
        }
        guard !refused.isEmpty else { return true }
        comparison.add(
            "value-missing", at: path,
            reader: node.values.map { $0.prefix(8).map(\.json).joined(separator: ", ") } ?? JSONSchemaNode.text(node.types),
            writer: values.prefix(8).map(\.json).joined(separator: ", "),
            why:
                "\(comparison.writer) allows \(refused.prefix(8).map(\.json).joined(separator: ", ")), which \(comparison.reader) does not",
            allowed: "keep the values")
        return false
    }

    private func fails(_ value: Value, _ schema: JSONSchema, _ node: Int) -> Bool {
        do throws(PayloadFault) {
            try JSONSchemaValidator.check(value, schema, node: node)
            return false
        } catch {
            return true
        }
    }

    private mutating func coversTypes(_ node: JSONSchemaNode, _ possible: Set<JSONType>?, _ path: FieldPath) -> Bool {
        guard let types = node.types else { return true }
        let all = possible ?? Set(JSONType.allCases)
        let missing = all.filter { !types.contains($0) && !($0 == .integer && types.contains(.number)) }
        guard !missing.isEmpty else { return true }
        comparison.add(
            "type-narrowed", at: path, reader: JSONSchemaNode.text(types), writer: JSONSchemaNode.text(possible),
            why:
                "\(comparison.writer) allows \(possible == nil ? "any type" : JSONSchemaNode.text(missing)), which \(comparison.reader) does not",
            allowed:
                "keep the types, or allow more: type: [\(JSONType.allCases.filter { types.contains($0) || missing.contains($0) }.map(\.rawValue).joined(separator: ", "))]"
        )
        return false
    }

    /// Keywords that are equal in both or only in the writer's.
    private mutating func coversOpaque(_ node: JSONSchemaNode, _ written: [Written], _ path: FieldPath) -> Bool {
        var isCovered = true
        for (name, text) in node.opaque.sorted(by: { $0.key < $1.key }) {
            let old = written.compactMap { writer.nodes[$0.node].opaque[name] }
            guard !old.contains(text) else { continue }
            comparison.add(
                "keyword-changed", at: path, reader: "\(name): \(text.quotedForMessage)",
                writer: old.first.map { "\(name): \($0.quotedForMessage)" },
                why: "\"\(name)\" of \(comparison.reader) may exclude what \(comparison.writer) allows",
                allowed: "keep \"\(name)\" as it is, or leave it out")
            isCovered = false
        }
        return isCovered
    }
}
