/// The part of SOQL that the mock answers: `SELECT a, b FROM Object [WHERE SystemModstamp >= time [AND SystemModstamp < time]] [ORDER BY …] [LIMIT n]`.
///
/// Rows always come in the order of SystemModstamp and Id, whatever order is asked for.
struct SOQLQuery: Sendable {
    var fields: [String] = []
    var object = ""
    /// Microseconds since 1970, inclusive.
    var since: Int64 = 0
    /// Microseconds since 1970, exclusive.
    var until = Int64.max
    var limit = Int.max
    /// Whether only the number of rows is wanted.
    var isCount: Bool { fields == ["COUNT()"] }

    init?(parsing text: String) {
        let words = text.replacing(",", with: " , ").split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count >= 4, words[0].uppercased() == "SELECT", let from = words.firstIndex(where: { $0.uppercased() == "FROM" }),
            words.indices.contains(from + 1)
        else { return nil }
        fields = words[1..<from].filter { $0 != "," }
        object = words[from + 1]
        var rest = words[(from + 2)...]
        while let word = rest.popFirst() {
            switch word.uppercased() {
            case "WHERE", "AND":
                guard rest.count >= 3, rest.popFirst() == "SystemModstamp", let sign = rest.popFirst(), let time = rest.popFirst(),
                    let place = TimeOfRecord.micros(time)
                else { return nil }
                switch sign {
                case ">=": since = max(since, place)
                case ">": since = max(since, place + 1)
                case "<": until = min(until, place)
                case "<=": until = min(until, place + 1)
                default: return nil
                }
            case "ORDER":
                guard rest.popFirst()?.uppercased() == "BY" else { return nil }
                while let next = rest.first, next.uppercased() != "LIMIT" { rest = rest.dropFirst() }
            case "LIMIT":
                guard let count = rest.popFirst().flatMap({ Int($0) }), count >= 0 else { return nil }
                limit = count
            default: return nil
            }
        }
        guard !fields.isEmpty else { return nil }
    }

    func isWithin(_ entry: Timeline.Entry) -> Bool { entry.updated < until }
}
