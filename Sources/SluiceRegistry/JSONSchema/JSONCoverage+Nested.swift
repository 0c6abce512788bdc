import SluiceCore

extension JSONCoverage {
    mutating func coversItems(_ node: JSONSchemaNode, _ written: [Written], _ path: FieldPath) throws(SluiceError) -> Bool {
        var isCovered = least("minItems", node, written, path) { $0.minItems }
        if !most("maxItems", node, written, path, { $0.maxItems }) { isCovered = false }
        if node.isUnique, !written.contains(where: { writer.nodes[$0.node].isUnique }) {
            isCovered = tightened("uniqueItems", "true", nil, path)
        }
        let count = written.map { writer.nodes[$0.node].prefixItems.count }.reduce(node.prefixItems.count, max)
        let longest = written.compactMap { writer.nodes[$0.node].maxItems }.min() ?? .max
        // The place behind both prefixes stands for all that follow.
        for index in 0...count where index < longest {
            guard let rule = node.schema(ofItem: index) else { continue }
            let old = written.compactMap { writer.nodes[$0.node].schema(ofItem: index) }.map { Written(node: $0) }
            if try !covers(rule, old, index < count ? path.item(index) : path.items) { isCovered = false }
        }
        return isCovered
    }

    mutating func coversMembers(_ node: JSONSchemaNode, _ written: [Written], _ path: FieldPath) throws(SluiceError) -> Bool {
        var isCovered = least("minProperties", node, written, path) { $0.minProperties }
        if !most("maxProperties", node, written, path, { $0.maxProperties }) { isCovered = false }
        if !coversRequired(node, written, path) { isCovered = false }
        let old = written.reduce(into: Set<String>()) { $0.formUnion(writer.nodes[$1.node].properties.keys) }
        for name in old.union(node.properties.keys).sorted() {
            if try !coversMember(name, isOld: old.contains(name), node, written, path) { isCovered = false }
        }
        // Members with other names: by the writer's patterns, and those that nobody names.
        for (pattern, rule) in node.patternProperties {
            let same = written.flatMap { part in
                writer.nodes[part.node].patternProperties.filter { $0.pattern.text == pattern.text }.map(\.schema)
            }
            let others = written.compactMap { writer.nodes[$0.node].additionalProperties }
            if try !covers(rule, (same.isEmpty ? others : same).map { Written(node: $0) }, path.member("/\(pattern.text)/")) {
                isCovered = false
            }
        }
        guard let rest = node.additionalProperties else { return isCovered }
        let ownPatterns = Set(node.patternProperties.map(\.pattern.text))
        for part in written {
            for (pattern, schema) in writer.nodes[part.node].patternProperties where !ownPatterns.contains(pattern.text) {
                if try !covers(rest, [Written(node: schema)], path.member("/\(pattern.text)/")) { isCovered = false }
            }
        }
        let others = written.compactMap { writer.nodes[$0.node].additionalProperties }.map { Written(node: $0) }
        if try !coversRest(rest, others, path) { isCovered = false }
        return isCovered
    }

    private mutating func coversRequired(_ node: JSONSchemaNode, _ written: [Written], _ path: FieldPath) -> Bool {
        let old = written.reduce(into: Set<String>()) { $0.formUnion(writer.nodes[$1.node].required) }
        var isCovered = true
        for name in node.required where !old.contains(name) {
            if node.properties[name].map({ reader.nodes[$0].defaultValue != nil }) ?? false { continue }
            comparison.add(
                "required-added", at: path.member(name), reader: "required", writer: "optional",
                why: "records of \(comparison.writer) may lack the field, and \(comparison.reader) has no default for it",
                allowed: "leave it optional, or give its schema a default")
            isCovered = false
        }
        return isCovered
    }

    /// A member that one of the two names.
    private mutating func coversMember(
        _ name: String, isOld: Bool, _ node: JSONSchemaNode, _ written: [Written], _ path: FieldPath
    ) throws(SluiceError) -> Bool {
        let place = path.member(name)
        let old = written.flatMap { writer.nodes[$0.node].schemas(ofMember: name) }.map { Written(node: $0) }
        if old.contains(where: { writer.nodes[$0.node].constant == false }) { return true }
        var isCovered = true
        for rule in node.schemas(ofMember: name) {
            if isOld, node.properties[name] == nil, reader.nodes[rule].constant == false {
                comparison.add(
                    "field-removed-from-closed", at: place, reader: nil,
                    writer: old.first.map { JSONSchemaNode.text(writer.nodes[$0.node].types) },
                    why: "records of \(comparison.writer) may have the field, and \(comparison.reader) allows no others than it names",
                    allowed: "keep the field, or allow others: additionalProperties: true")
                isCovered = false
                continue
            }
            let outer = comparison
            comparison = outer.branch
            let holds = try covers(rule, old, place)
            let tried = comparison
            comparison = outer
            comparison.end(tried, keeping: !holds && isOld)
            guard !holds else { continue }
            isCovered = false
            if !isOld {
                comparison.add(
                    "field-added-to-open", at: place, reader: JSONSchemaNode.text(reader.nodes[rule].types), writer: nil,
                    why: "\(comparison.writer) is open: its records may have anything under this name",
                    allowed: "close the schema first (additionalProperties: false), or allow any value under the name")
            }
        }
        return isCovered
    }

    private mutating func coversRest(_ rule: Int, _ others: [Written], _ path: FieldPath) throws(SluiceError) -> Bool {
        let outer = comparison
        comparison = outer.branch
        let holds = try covers(rule, others, path.values)
        let tried = comparison
        comparison = outer
        comparison.end(tried, keeping: !holds && reader.nodes[rule].constant != false)
        if !holds, reader.nodes[rule].constant == false {
            comparison.add(
                "closed", at: path, reader: "additionalProperties: false",
                writer: others.isEmpty ? "open" : "additionalProperties: a schema",
                why: "records of \(comparison.writer) may have fields that \(comparison.reader) does not name",
                allowed: "leave additionalProperties as it was")
        }
        return holds
    }
}
