import SluiceCore
import SluicePipelines

/// One value of an expected row.
enum ExpectedCell: Sendable {
    case null
    case text(String)
    /// A list or mapping.
    case node(DefinitionNode)

    /// For the screen.
    var shown: String {
        switch self {
        case .null: "NULL"
        case .text(let text): CellText.escaped(text)
        case .node(let node): CellText.escaped(TestInput.json(node))
        }
    }
}

/// The rows that a test expects.
struct ExpectedTable: Sendable {
    var columns: [String]
    /// A cell for each column.
    var rows: [[ExpectedCell]]

    /// - Throws: `wrongType` for CSV that is none, placed.
    init(_ node: DefinitionNode) throws(SluiceError) {
        if case .scalar(let text, _) = node.content {
            let records = try ExpectedCSV.records(text, node)
            columns = records.first?.map { if case .text(let name) = $0 { name } else { "" } } ?? []
            rows = Array(records.dropFirst())
            for (index, row) in rows.enumerated() where row.count != columns.count {
                throw node.invalid(
                    "row \(index + 1) of \(node.path) has \(row.count) fields, and the header \(columns.count)",
                    remedy: "quote a field that holds a comma")
            }
            return
        }
        var names: [String] = []
        var entries: [[DefinitionNode.Entry]] = []
        for item in try node.list() {
            let row = try item.mapping()
            entries.append(row)
            for entry in row where !names.contains(entry.key) { names.append(entry.key) }
        }
        columns = names
        rows = entries.map { row in
            names.map { name in
                guard let value = row.first(where: { $0.key == name })?.value else { return .null }
                switch value.content {
                case .null: return .null
                case .scalar(let text, _): return .text(text)
                case .list, .mapping: return .node(value)
                }
            }
        }
    }
}

/// CSV as tests write it: commas, `"` around fields with commas, quotes or line ends, an unquoted empty field is null.
enum ExpectedCSV {
    /// Records, the header among them; lines without any text are none.
    static func records(_ text: String, _ node: DefinitionNode) throws(SluiceError) -> [[ExpectedCell]] {
        var records: [[ExpectedCell]] = []
        var record: [ExpectedCell] = []
        var field = ""
        var isQuoted = false
        var rest = Substring(text)
        func ended() -> ExpectedCell { isQuoted || !field.isEmpty ? .text(field) : .null }
        func endRecord() {
            if record.isEmpty, !isQuoted, field.isEmpty { return }
            records.append(record + [ended()])
            (record, field, isQuoted) = ([], "", false)
        }
        while let sign = rest.popFirst() {
            switch sign {
            case ",":
                record.append(ended())
                (field, isQuoted) = ("", false)
            case "\n", "\r\n": endRecord()
            case "\"" where field.isEmpty && !isQuoted:
                isQuoted = true
                while true {
                    guard let inner = rest.popFirst() else {
                        throw node.invalid(
                            "\(node.path) has a quote that is not closed", remedy: "close it, or double a quote that is meant")
                    }
                    if inner != "\"" {
                        field.append(inner)
                    } else if rest.first == "\"" {
                        field.append(rest.removeFirst())
                    } else {
                        break
                    }
                }
            default: field.append(sign)
            }
        }
        endRecord()
        return records
    }

    /// Rows as text; nil where CSV does not hold them well: nested values, control characters, a lone column with nulls.
    static func text(_ names: [String], _ rows: [[Value]]) -> String? {
        guard !names.isEmpty, names.count > 1 || !rows.contains(where: { $0[0].isNull }) else { return nil }
        var lines = [names.map(quoted).joined(separator: ",")]
        for row in rows {
            var fields: [String] = []
            for value in row {
                switch value {
                case .null: fields.append("")
                case .list, .structure, .map: return nil
                default:
                    let text = value.description
                    guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return nil }
                    fields.append(quoted(text))
                }
            }
            lines.append(fields.joined(separator: ","))
        }
        return lines.joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.first != " " && text.last != " " && !text.contains { $0 == "," || $0 == "\"" }
        return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
