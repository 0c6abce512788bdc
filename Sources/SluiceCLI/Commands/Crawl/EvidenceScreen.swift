import SluiceCore
import SluiceFormats

/// How the evidence for a table's columns is shown: why each has its type, what its values were, and what other types would have lost.
struct EvidenceScreen: Sendable {
    let table: String
    let rows: Int64
    /// As `TableDecision.Column.json` makes them.
    let columns: Value

    init(table: String, rows: Int64, columns: Value) {
        self.table = table
        self.rows = rows
        self.columns = columns
    }

    /// - Parameter stored: the document that a crawl left in the catalog.
    /// - Throws: `stateCorrupt`.
    init(stored text: String) throws(SluiceError) {
        guard let value = JSONValueText.value(text), case .string(let table)? = value["table"], case .integer(let rows)? = value["rows"],
            let columns = value["columns"]
        else { throw SluiceError(.stateCorrupt, "the catalog holds malformed evidence: \(text.quotedForMessage)") }
        self.init(table: table, rows: rows, columns: columns)
    }

    var json: Value { .object(["table": .string(table), "rows": .integer(rows), "columns": columns]) }

    var blocks: [Report.Block] {
        guard case .list(let list) = columns else { return [] }
        return [.line("\(table), \(HumanText.count(rows, "record"))", .heading)] + list.flatMap(blocks(of:))
    }

    private func blocks(of column: Value) -> [Report.Block] {
        var blocks: [Report.Block] = [
            .blank,
            .line("\(column["name"]?.description ?? "") \(column["type"]?.description ?? ""): \(column["reason"]?.description ?? "")"),
        ]
        var facts: [String] = []
        if case .integer(let nulls)? = column["nulls"], nulls > 0 {
            facts.append(
                "\(HumanText.count(nulls, "null")) (\(HumanText.decimal(100 * Double(nulls) / Double(max(1, rows)), places: 1)) %)")
        }
        if case .integer(let count)? = column["distinct"] {
            facts.append("\(column["distinct_is_exact"] == .boolean(true) ? "" : "about ")\(HumanText.grouped(count)) different")
        }
        if case .string(let least)? = column["minimum"], case .string(let most)? = column["maximum"] {
            facts.append("from \(least.quotedForMessage) to \(most.quotedForMessage)")
        }
        if case .list(let samples)? = column["samples"], !samples.isEmpty {
            facts.append("such as " + samples.map { $0.description.quotedForMessage }.joined(separator: ", "))
        }
        if !facts.isEmpty { blocks.append(.paragraph(facts.joined(separator: "; "), indent: 2, .dim)) }
        guard case .list(let candidates)? = column["candidates"] else { return blocks }
        for candidate in candidates {
            guard case .integer(let lost)? = candidate["loses"], let type = candidate["type"]?.description else { continue }
            let first = candidate["first_lost"].flatMap(Self.place).map { ", first \($0)" } ?? ""
            blocks.append(.paragraph("\(type): " + (lost == 0 ? "holds all" : "loses \(HumanText.grouped(lost))\(first)"), indent: 4, .dim))
        }
        return blocks
    }

    private static func place(_ value: Value) -> String? {
        guard case .string(let file)? = value["file"], case .string(let text)? = value["value"] else { return nil }
        let line = if case .integer(let line)? = value["line"] { ":\(line)" } else { "" }
        return "\(WorkingDirectory.relative(file))\(line): \(text.quotedForMessage)"
    }
}

extension Value {
    /// A member of a struct.
    fileprivate subscript(name: String) -> Value? {
        guard case .structure(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}
