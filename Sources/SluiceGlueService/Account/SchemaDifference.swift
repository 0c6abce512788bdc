import SluiceCatalog
import SluiceCore
import SluiceServer

/// The difference of two versions of a schema: `GetSchemaVersionsDiff`.
enum SchemaDifference {
    static let operations: [GlueOperation] = [
        GlueOperation("GetSchemaVersionsDiff") { call in
            var input = try call.members()
            let (registry, name) = try input.schema()
            let first = try input.version("FirstSchemaVersionNumber")
            let second = try input.version("SecondSchemaVersionNumber")
            for (member, choice) in [("FirstSchemaVersionNumber", first), ("SecondSchemaVersionNumber", second)] where choice == nil {
                input.missing(member)
            }
            _ = try input.requiredText("SchemaDiffType", TextRule(values: ["SYNTAX_DIFF"]))
            try input.finish()
            let schema = try Schemas.find(registry, name, call)
            let texts = try [first, second].compactMap(\.self).map { try SchemaVersions.find($0, of: schema, call).definition }
            return .value(.structure(["Diff": .text(LineDifference.text(lines(texts[0]), lines(texts[1])))]))
        }
    ]

    /// A JSON document with a member on each line, other texts line by line.
    private static func lines(_ text: String) -> [String] {
        guard let value = WireValue(json: text) else {
            return text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }
        return JSONLines.lines(value)
    }
}

/// JSON as lines, indented by two blanks.
enum JSONLines {
    static func lines(_ value: WireValue) -> [String] { lines(value, indent: "", before: "") }

    private static func lines(_ value: WireValue, indent: String, before: String) -> [String] {
        let inner = indent + "  "
        switch value {
        case .object(let members) where !members.isEmpty:
            let parts = members.map { lines($0.value, indent: inner, before: WireValue.text($0.name).json + ": ") }
            return enclosed(parts, "{", "}", indent, before)
        case .list(let elements) where !elements.isEmpty:
            return enclosed(elements.map { lines($0, indent: inner, before: "") }, "[", "]", indent, before)
        default: return [indent + before + value.json]
        }
    }

    private static func enclosed(_ parts: [[String]], _ open: String, _ close: String, _ indent: String, _ before: String) -> [String] {
        var all = [indent + before + open]
        for (index, var part) in parts.enumerated() {
            if index < parts.count - 1 { part[part.count - 1] += "," }
            all += part
        }
        return all + [indent + close]
    }
}

/// The difference of two texts, line by line: `-` before what only the first has, `+` before what only the second has, a blank before the rest.
enum LineDifference {
    static func text(_ old: [String], _ new: [String]) -> String {
        let changes = new.difference(from: old)
        var removed: Set<Int> = []
        var inserted: Set<Int> = []
        for change in changes {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var lines: [String] = []
        var (i, j) = (0, 0)
        while i < old.count || j < new.count {
            if i < old.count, removed.contains(i) {
                lines.append("-" + old[i])
                i += 1
            } else if j < new.count, inserted.contains(j) {
                lines.append("+" + new[j])
                j += 1
            } else {
                lines.append(" " + new[j])
                (i, j) = (i + 1, j + 1)
            }
        }
        return lines.joined(separator: "\n")
    }
}
