import GRDB
package import SluiceCore

/// A table that a search found.
package struct SearchHit: Hashable, Sendable {
    package var table: TableSummary
    package var owner: String
    package var tags: [String: String]
    /// Columns with a word that was looked for.
    package var columns: [String]

    package var json: Value {
        var members: [Value.Member] = []
        if case .structure(let summary) = table.json { members = summary }
        return .structure(
            members + [.init("owner", .string(owner)), .init("tags", .map(tags)), .init("matching_columns", .texts(columns))])
    }
}

/// What a search found.
package struct SearchResult: Hashable, Sendable {
    /// The best first.
    package var hits: [SearchHit]
    /// Words that nothing matches, with what was looked for in place of each.
    package var replaced: [String: [String]]

    package init(hits: [SearchHit], replaced: [String: [String]]) {
        self.hits = hits
        self.replaced = replaced
    }
}

extension Catalog {
    /// Tables whose names, comments, columns, tags or owner have all that is looked for, the best matches first.
    ///
    /// - Parameter ranking: How many matches are ranked; where there are more, only those whose names match.
    package func search(
        _ query: SearchQuery, limit: Int, ranking: Int = CatalogLimits.rankedTables
    ) throws(SluiceError) -> SearchResult {
        try read { db in
            guard try SearchIndex.isFullText(db) else {
                return SearchResult(hits: try Self.hits(try Self.scan(query, limit, db), query, [:], db), replaced: [:])
            }
            let found = try Self.match(query, [:], limit, ranking, db)
            if !found.isEmpty { return SearchResult(hits: try Self.hits(found, query, [:], db), replaced: [:]) }
            let near = try Self.nearWords(query, db)
            if near.isEmpty { return SearchResult(hits: [], replaced: [:]) }
            let others = try Self.match(query, near, limit, ranking, db)
            return SearchResult(hits: try Self.hits(others, query, near, db), replaced: others.isEmpty ? [:] : near)
        }
    }

    /// The best matches first. Where there are more than are ranked, those whose names match come first, and others in the order of the catalog:
    /// ranking looks at every match.
    private static func match(
        _ query: SearchQuery, _ near: [String: [String]], _ limit: Int, _ ranking: Int, _ db: GRDB.Database
    ) throws -> [Int64] {
        let all = try matching(query.match(replacing: near), most: max(ranking + 1, limit), db)
        guard all.count > ranking else { return all.isEmpty ? [] : try ranked(query.match(replacing: near), limit, db) }
        guard let names = query.match(replacing: near, otherwiseIn: "name"), try matching(names, most: ranking + 1, db).count <= ranking
        else {
            return Array(all.prefix(limit))
        }
        let best = try ranked(names, limit, db)
        let known = Set(best)
        return best + all.lazy.filter { !known.contains($0) }.prefix(limit - best.count)
    }

    /// Tables that match, those first that are longest in the catalog.
    private static func matching(_ expression: String, most: Int, _ db: GRDB.Database) throws -> [Int64] {
        try Int64.fetchAll(
            db, sql: "SELECT rowid FROM table_search WHERE table_search MATCH ? LIMIT ?",
            arguments: [expression, most])
    }

    private static func ranked(_ expression: String, _ limit: Int, _ db: GRDB.Database) throws -> [Int64] {
        let weights = SearchIndex.fields.map { String($0.weight) }.joined(separator: ", ")
        return try Int64.fetchAll(
            db, sql: "SELECT rowid FROM table_search WHERE table_search MATCH ? ORDER BY bm25(table_search, \(weights)), rowid LIMIT ?",
            arguments: [expression, limit])
    }

    /// Without an index: rows in which every word stands somewhere.
    private static func scan(_ query: SearchQuery, _ limit: Int, _ db: GRDB.Database) throws -> [Int64] {
        var terms: [String] = []
        var arguments: StatementArguments = []
        for term in query.terms {
            let fields = term.field.map { [$0] } ?? SearchIndex.fields.map(\.name)
            for word in term.isExact ? [term.words.joined(separator: " ")] : term.words {
                terms.append("(" + fields.map { "instr(lower(\"\($0)\"), ?)" }.joined(separator: " OR ") + ")")
                for _ in fields { arguments += [word] }
            }
        }
        arguments += [limit]
        return try Int64.fetchAll(
            db, sql: "SELECT rowid FROM table_search WHERE \(terms.joined(separator: " AND ")) ORDER BY rowid LIMIT ?", arguments: arguments
        )
    }

    /// For each word that no indexed word begins with: the indexed words nearest to it.
    private static func nearWords(_ query: SearchQuery, _ db: GRDB.Database) throws -> [String: [String]] {
        var near: [String: [String]] = [:]
        for word in Set(query.terms.filter { !$0.isExact }.flatMap(\.words)) {
            let next = word + "\u{10FFFF}"
            let begun = "SELECT 1 FROM table_search_words WHERE term >= ? AND term < ? LIMIT 1"
            if try Int.fetchOne(db, sql: begun, arguments: [word, next]) != nil { continue }
            guard let first = word.first else { continue }
            let candidates = try String.fetchAll(
                db,
                sql: "SELECT term FROM table_search_words WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ? LIMIT ?",
                arguments: [
                    String(first), String(first) + "\u{10FFFF}", word.count - word.count / 3 - 1, word.count + word.count / 3 + 1,
                    CatalogLimits.comparedWords,
                ])
            let letters = Self.letters(word)
            let alike = candidates.filter { (Self.letters($0) ^ letters).nonzeroBitCount <= 2 * max(1, word.count / 3) }
            if let nearest = Suggestion.nearest(to: word, in: alike) { near[word] = [nearest] }
        }
        return near
    }

    /// Which bytes, modulo 64, a word has: an edit changes two of them at most.
    private static func letters(_ word: String) -> UInt64 { word.utf8.reduce(0) { $0 | 1 << UInt64($1 & 63) } }

    /// Tables in the order of their ids in `ids`.
    private static func hits(
        _ ids: [Int64], _ query: SearchQuery, _ near: [String: [String]], _ db: GRDB.Database
    ) throws -> [SearchHit] {
        let words = query.terms.filter { $0.field == nil || $0.field == "columns" }.flatMap(\.words).flatMap { near[$0] ?? [$0] }
        return try ids.compactMap { id in
            let query = """
                SELECT t.*, d.name AS database_name, v.format, v.columns, v.partition_keys FROM tables t
                JOIN databases d ON d.id = t.database_id JOIN table_versions v ON v.table_id = t.id AND v.version = t.version WHERE t.id = ?
                """
            guard let row = try Row.fetchOne(db, sql: query, arguments: [id]) else { return nil }
            let columns = try StoredText.columns(row["columns"]) + StoredText.columns(row["partition_keys"])
            let matching = columns.filter { column in
                let text = "\(column.name)\n\(column.comment)".lowercased()
                return words.contains { text.contains($0) }
            }
            return SearchHit(
                table: try summary(row), owner: row["owner"], tags: try StoredText.map(row["tags"]), columns: matching.map(\.name))
        }
    }
}
