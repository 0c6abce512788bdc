/// The part of SOQL that the mock answers: `SELECT a, b FROM Object [WHERE SystemModstamp >= time [AND SystemModstamp < time]]
/// [ORDER BY a [ASC|DESC] [NULLS FIRST|LAST], b …] [LIMIT n]`.
///
/// Without an order rows come in that of SystemModstamp and Id.
struct SOQLQuery: Sendable {
    var fields: [String] = []
    var object = ""
    /// Microseconds since 1970, inclusive.
    var since: Int64 = 0
    /// Microseconds since 1970, exclusive.
    var until = Int64.max
    var limit = Int.max
    var order: [Term] = []

    /// One field of an order.
    struct Term: Hashable, Sendable {
        var field: String
        var isDescending = false
        /// Nulls come first unless the query says otherwise.
        var hasNullsLast = false
    }

    /// Whether only the number of rows is wanted.
    var isCount: Bool { fields == ["COUNT()"] }
    /// Whether the order is the one in which rows come anyhow.
    var isPlain: Bool {
        order.isEmpty || order == [Term(field: "SystemModstamp")] || order == ["SystemModstamp", "Id"].map { Term(field: $0) }
    }

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
                guard let terms = Self.terms(&rest) else { return nil }
                order = terms
            case "LIMIT":
                guard let count = rest.popFirst().flatMap({ Int($0) }), count >= 0 else { return nil }
                limit = count
            default: return nil
            }
        }
        guard !fields.isEmpty else { return nil }
    }

    /// The fields behind ORDER BY; nil for what is no order.
    private static func terms(_ rest: inout ArraySlice<String>) -> [Term]? {
        var terms: [Term] = []
        repeat {
            guard let field = rest.popFirst(), field != ",", field.uppercased() != "LIMIT" else { return nil }
            var term = Term(field: field)
            if let direction = rest.first?.uppercased(), ["ASC", "DESC"].contains(direction) {
                term.isDescending = direction == "DESC"
                rest = rest.dropFirst()
            }
            if rest.first?.uppercased() == "NULLS" {
                rest = rest.dropFirst()
                guard let place = rest.popFirst()?.uppercased(), ["FIRST", "LAST"].contains(place) else { return nil }
                term.hasNullsLast = place == "LAST"
            }
            terms.append(term)
            guard rest.first == "," else { return terms }
            rest = rest.dropFirst()
        } while true
    }

    func isWithin(_ entry: Timeline.Entry) -> Bool { entry.updated < until }
}
