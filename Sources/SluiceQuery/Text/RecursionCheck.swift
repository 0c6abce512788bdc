import SluiceCore

/// Finds recursive common table expressions that nothing ends.
enum RecursionCheck {
    /// Refuses `name AS (… UNION ALL SELECT … FROM name)` where neither the recursive part nor the statement has a condition or LIMIT.
    ///
    /// A recursion that joins another table, or has any condition, may end and is left to run.
    static func refuseEndless(_ text: QueryText) throws(SluiceError) {
        let tokens = text.tokens
        guard tokens.contains(where: { $0.keyword == "UNION" }), !tokens.contains(where: { $0.keyword == "LIMIT" }) else { return }
        for (index, token) in tokens.enumerated() where token.keyword == "AS" {
            guard let open = opening(behind: index, tokens), let close = closing(open, tokens), let name = name(before: index, tokens),
                let all = tokens[open..<close].lastIndex(where: { $0.keyword == "ALL" }), tokens[all - 1].keyword == "UNION"
            else { continue }
            let arm = tokens[(all + 1)..<close]
            let reads = arm.indices.filter {
                arm[$0].isName && arm[$0].text.lowercased() == name.text.lowercased() && follows("FROM", $0, tokens)
            }
            let ends = ["WHERE", "JOIN", "HAVING", "GROUP", "EXCEPT", "INTERSECT"]
            guard reads.count == 1, !arm.contains(where: { ends.contains($0.keyword ?? "") || isCommaJoin($0, arm, reads[0]) }) else {
                continue
            }
            throw text.error(
                .unsupportedStatement, "\(name.text.quotedForMessage) would go on for ever: nothing ends its recursion",
                at: arm[reads[0]].range.lowerBound, remedy: "add a WHERE to the recursive SELECT, or a LIMIT")
        }
    }

    private static func follows(_ word: String, _ index: Int, _ tokens: [SQLToken]) -> Bool {
        index > 0 && tokens[index - 1].keyword == word
    }

    /// Whether another table stands behind the recursive one.
    private static func isCommaJoin(_ token: SQLToken, _ arm: ArraySlice<SQLToken>, _ read: Int) -> Bool {
        token.isSymbol(",") && token.range.lowerBound > arm[read].range.upperBound
    }

    private static func opening(behind index: Int, _ tokens: [SQLToken]) -> Int? {
        var next = index + 1
        while next < tokens.count, ["NOT", "MATERIALIZED"].contains(tokens[next].keyword ?? "") { next += 1 }
        return next < tokens.count && tokens[next].isSymbol("(") ? next : nil
    }

    private static func closing(_ open: Int, _ tokens: [SQLToken]) -> Int? {
        var depth = 0
        for index in open..<tokens.count {
            if tokens[index].isSymbol("(") { depth += 1 }
            if tokens[index].isSymbol(")") { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }

    /// The name before AS, past a list of columns.
    private static func name(before index: Int, _ tokens: [SQLToken]) -> SQLToken? {
        var place = index - 1
        if place >= 0, tokens[place].isSymbol(")") {
            while place >= 0, !tokens[place].isSymbol("(") { place -= 1 }
            place -= 1
        }
        return place >= 0 && tokens[place].isName ? tokens[place] : nil
    }
}
