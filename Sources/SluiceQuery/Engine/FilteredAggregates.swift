extension [SQLToken] {
    /// The tokens with `CASE` in the place of `FILTER`: `sum(x) FILTER (WHERE c)` is `sum(CASE WHEN c THEN x END)`.
    var withoutFilters: [SQLToken] {
        var result: [SQLToken] = []
        var index = 0
        while index < count {
            guard let call = filteredCall(index) else {
                result.append(self[index])
                index += 1
                continue
            }
            var argument = Array(self[(index + 2)..<call.close])
            result += [self[index], self[index + 1]]
            if argument.first?.keyword == "DISTINCT" { result.append(argument.removeFirst()) }
            if argument.count == 1, argument[0].isSymbol("*") { argument = [SQLToken(kind: .number, text: "1", range: 0..<0)] }
            result += [Self.word("CASE"), Self.word("WHEN")] + Array(self[call.condition]).withoutFilters + [Self.word("THEN")] + argument
            result += [Self.word("END"), SQLToken(kind: .symbol, text: ")", range: self[call.end].range)]
            index = call.end + 1
        }
        return result
    }

    /// An aggregate that is no window function, with a condition behind it: where its bracket closes, its condition, and where that ends.
    private func filteredCall(_ index: Int) -> (close: Int, condition: Range<Int>, end: Int)? {
        guard let word = self[index].keyword, SelectArm.aggregates.contains(word), index + 1 < count, self[index + 1].isSymbol("("),
            let close = closing(index + 1), close + 3 < count, self[close + 1].keyword == "FILTER", self[close + 2].isSymbol("("),
            self[close + 3].keyword == "WHERE", let end = closing(close + 2), end + 1 == count || self[end + 1].keyword != "OVER",
            self[(index + 2)..<close].listed.count == 1
        else { return nil }
        return (close, (close + 4)..<end, end)
    }

    private static func word(_ text: String) -> SQLToken { SQLToken(kind: .word, text: text, range: 0..<0) }
}
