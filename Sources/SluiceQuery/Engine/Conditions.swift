import SluiceCore

/// A condition as the parts that AND puts together.
enum Conditions {
    /// Parts between the words AND that stand in no brackets, and belong to no BETWEEN and no CASE. One part where there is an OR.
    static func parts(_ tokens: [SQLToken]) -> [[SQLToken]] {
        var parts: [[SQLToken]] = [[]]
        var (depth, cases, betweens) = (0, 0, 0)
        for (index, token) in tokens.enumerated() {
            if token.isSymbol("(") { depth += 1 }
            if token.isSymbol(")") { depth -= 1 }
            let isMember = index > 0 && tokens[index - 1].isSymbol(".")
            if depth == 0, !isMember {
                switch token.keyword {
                case "CASE": cases += 1
                case "END" where cases > 0: cases -= 1
                case "BETWEEN" where cases == 0: betweens += 1
                case "OR" where cases == 0: return [tokens]
                case "AND" where cases == 0:
                    if betweens == 0 {
                        parts.append([])
                        continue
                    }
                    betweens -= 1
                default: break
                }
            }
            parts[parts.count - 1].append(token)
        }
        return parts.flatMap { part in
            // Brackets around a whole part hide nothing.
            guard part.first?.isSymbol("(") == true, part.closing(0) == part.count - 1, part.count > 2, part[1].keyword != "SELECT",
                part[1].keyword != "WITH"
            else { return [part] }
            return self.parts(Array(part.dropFirst().dropLast()))
        }
    }

    /// The two sides of a part that is one equality.
    static func equality(_ tokens: [SQLToken]) -> (left: [SQLToken], right: [SQLToken])? {
        var place: Int?
        var isPlain = true
        tokens.forEachOutside { index, token in
            if token.isSymbol("=") || token.isSymbol("==") {
                isPlain = isPlain && place == nil
                place = index
            } else if other.contains(token.keyword ?? "")
                || (token.kind == .symbol && ["<", ">", "<=", ">=", "<>", "!="].contains(token.text))
            {
                isPlain = false
            }
        }
        guard isPlain, let place, place > 0, place + 1 < tokens.count else { return nil }
        return (Array(tokens[..<place]), Array(tokens[(place + 1)...]))
    }

    /// Words with which a part is no plain equality of two values.
    private static let other: Set = ["AND", "OR", "NOT", "IS", "IN", "LIKE", "BETWEEN", "GLOB", "MATCH", "REGEXP", "ISNULL", "NOTNULL"]
}
