import SluiceCore

extension JSONCoverage {
    mutating func coversNumbers(_ node: JSONSchemaNode, _ written: [Written], _ path: FieldPath) -> Bool {
        var isCovered = true
        if let bound = node.minimum {
            let strongest = written.compactMap { writer.nodes[$0.node].minimum }.max {
                ($0.value, $0.isExclusive ? 1 : 0) < ($1.value, $1.isExclusive ? 1 : 0)
            }
            let holds =
                strongest.map { $0.value > bound.value || $0.value == bound.value && ($0.isExclusive || !bound.isExclusive) } ?? false
            if !holds { isCovered = tightened("minimum", Self.text(bound), strongest.map(Self.text), path) }
        }
        if let bound = node.maximum {
            let strongest = written.compactMap { writer.nodes[$0.node].maximum }.min {
                ($0.value, $0.isExclusive ? 0 : 1) < ($1.value, $1.isExclusive ? 0 : 1)
            }
            let holds =
                strongest.map { $0.value < bound.value || $0.value == bound.value && ($0.isExclusive || !bound.isExclusive) } ?? false
            if !holds { isCovered = tightened("maximum", Self.text(bound), strongest.map(Self.text), path) }
        }
        if let step = node.multipleOf {
            let steps = written.compactMap { writer.nodes[$0.node].multipleOf }
            if !steps.contains(where: { JSONSteps.isMultiple($0, of: step) }) {
                isCovered = tightened("multipleOf", Value.float(step).json, steps.first.map { Value.float($0).json }, path)
            }
        }
        return isCovered
    }

    mutating func coversTexts(_ node: JSONSchemaNode, _ written: [Written], _ path: FieldPath) -> Bool {
        var isCovered = least("minLength", node, written, path) { $0.minLength }
        if !most("maxLength", node, written, path, { $0.maxLength }) { isCovered = false }
        if let pattern = node.pattern {
            let old = written.compactMap { writer.nodes[$0.node].pattern?.text }
            if !old.contains(pattern.text) { isCovered = tightened("pattern", pattern.text, old.first, path) }
        }
        return isCovered
    }

    /// - Returns: False; for the place where it is said.
    mutating func tightened(_ name: String, _ new: String, _ old: String?, _ path: FieldPath) -> Bool {
        comparison.add(
            "\(name)-tightened", at: path, reader: "\(name): \(new)", writer: old.map { "\(name): \($0)" },
            why: "\(comparison.writer) allows values that \"\(name)\" of \(comparison.reader) excludes",
            allowed: "keep \"\(name)\", loosen it, or leave it out")
        return false
    }

    mutating func least(
        _ name: String, _ node: JSONSchemaNode, _ written: [Written], _ path: FieldPath, _ bound: (JSONSchemaNode) -> Int?
    ) -> Bool {
        guard let own = bound(node), own > 0 else { return true }
        let strongest = written.compactMap { bound(writer.nodes[$0.node]) }.max()
        return strongest.map { $0 >= own } ?? false ? true : tightened(name, "\(own)", strongest.map(String.init), path)
    }

    mutating func most(
        _ name: String, _ node: JSONSchemaNode, _ written: [Written], _ path: FieldPath, _ bound: (JSONSchemaNode) -> Int?
    ) -> Bool {
        guard let own = bound(node) else { return true }
        let strongest = written.compactMap { bound(writer.nodes[$0.node]) }.min()
        return strongest.map { $0 <= own } ?? false ? true : tightened(name, "\(own)", strongest.map(String.init), path)
    }

    private static func text(_ bound: JSONBound) -> String {
        (bound.isExclusive ? "exclusive " : "") + Value.float(bound.value).json
    }
}
