import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceQuery

/// What the shell offers behind the beginning of a word: keywords, tables, columns, streams and commands; files behind a quote.
struct QueryWords: Sendable {
    private let words: [String]

    static let commands = [".tables", ".schema", ".streams", ".help", ".quit"]

    private static let keywords = [
        "SELECT", "FROM", "WHERE", "GROUP BY", "HAVING", "ORDER BY", "LIMIT", "OFFSET", "DISTINCT", "JOIN", "LEFT JOIN", "ON", "USING",
        "UNION ALL",
        "WITH", "AS", "CASE", "WHEN", "THEN", "ELSE", "END", "AND", "OR", "NOT", "NULL", "IS NULL", "IS NOT NULL", "BETWEEN", "LIKE", "IN",
        "EXISTS",
        "CREATE TABLE", "CREATE VIEW", "INSERT INTO", "OVER", "PARTITION BY", "ASC", "DESC", "NULLS FIRST", "NULLS LAST", "count(*)",
        "count(", "sum(",
        "avg(",
        "min(", "max(", "coalesce(", "round(", "json_extract(", "row_number()",
    ]

    init(catalog: Catalog?, streams: [String]) {
        var names: [String] = []
        for table in (try? catalog?.tables()) ?? [] {
            names.append(table.name.description)
            if table.name.database == TableName.defaultDatabase { names.append(table.name.table) }
            let definition = (try? catalog?.table(table.name))?.definition
            names += (definition?.columns.map(\.name) ?? []) + (definition?.partitionKeys.map(\.name) ?? [])
        }
        names += streams.map { "\(TableResolver.streamSchema).\($0)" }
        words = Array(Set(names)).sorted() + Self.keywords
    }

    func offer(_ before: String) -> LineEditor.Offer {
        if before.hasPrefix("."), !before.contains(" ") {
            return LineEditor.Offer(replaced: before.count, words: Self.commands.filter { $0.hasPrefix(before) })
        }
        if let path = openText(before) { return files(path) }
        let word = String(before.reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }.reversed())
        guard !word.isEmpty else { return LineEditor.Offer(replaced: 0, words: []) }
        let lower = word.lowercased()
        let isLower = word == lower
        let found = words.filter { $0.lowercased().hasPrefix(lower) }
        let unique = found.reduce(into: [String]()) { list, word in if !list.contains(word) { list.append(word) } }
        return LineEditor.Offer(replaced: word.count, words: unique.map { Self.keywords.contains($0) && isLower ? $0.lowercased() : $0 })
    }

    /// What stands behind a single quote that is not closed.
    private func openText(_ before: String) -> String? {
        let parts = before.split(separator: "'", omittingEmptySubsequences: false)
        return parts.count % 2 == 0 ? parts.last.map(String.init) : nil
    }

    private func files(_ path: String) -> LineEditor.Offer {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { String(path[...$0]) } ?? ""
        let start = String(path[(slash.map { path.index(after: $0) } ?? path.startIndex)...])
        let names = (try? DiskFiles.list(directory.isEmpty ? "." : directory)) ?? []
        let found = names.filter { $0.hasPrefix(start) && (start.hasPrefix(".") || !$0.hasPrefix(".")) }.sorted()
        return LineEditor.Offer(
            replaced: start.count, words: found.map { DiskFiles.kind(of: directory + $0) == .directory ? $0 + "/" : $0 })
    }
}
