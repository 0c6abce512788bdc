/// A regular expression's syntax tree.
indirect enum PatternNode {
    case empty
    case scalar(UInt32)
    case set(ScalarSet)
    case assertion(Pattern.Assertion)
    case sequence([PatternNode])
    case alternatives([PatternNode])
    /// `most` is nil without an upper bound.
    case repetition(PatternNode, least: Int, most: Int?, isLazy: Bool)
    /// Number nil: a group that is not captured.
    case group(PatternNode, number: Int?)
}

/// Reads a regular expression's text.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var depth = 0
    private var ignoresCase = false
    private var isMultiline = false
    private var dotMatchesNewline = false
    private(set) var groupCount = 0
    private(set) var groupNames: [Int: String] = [:]

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    private var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        index += 1
        return true
    }

    private func failure(_ message: String, remedy: String? = nil) -> PatternError {
        PatternError(message: message, position: index, remedy: remedy)
    }

    mutating func wholePattern() throws(PatternError) -> PatternNode {
        try flags()
        let node = try alternatives()
        if current == ")" { throw failure("\")\" was never opened", remedy: #"a literal parenthesis is written \)"#) }
        return node
    }

    /// `(?i)`, `(?m)`, `(?s)` or several of them at the start.
    private mutating func flags() throws(PatternError) {
        guard scalars.starts(with: ["(", "?"]), scalars.count > 2, ["i", "m", "s"].contains(scalars[2]) else { return }
        index = 2
        while let flag = current, flag != ")" {
            switch flag {
            case "i": ignoresCase = true
            case "m": isMultiline = true
            case "s": dotMatchesNewline = true
            default: throw failure("unknown flag \"\(flag)\"", remedy: "flags are i (case), m (lines) and s (. matches line ends)")
            }
            index += 1
        }
        guard accept(")") else { throw failure("the flags are not closed") }
    }

    private mutating func alternatives() throws(PatternError) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= PatternLimits.nesting else { throw failure("groups nested deeper than \(PatternLimits.nesting)") }
        var branches = [try sequence()]
        while accept("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .alternatives(branches)
    }

    private mutating func sequence() throws(PatternError) -> PatternNode {
        var parts: [PatternNode] = []
        while let scalar = current, scalar != "|", scalar != ")" { parts.append(try repetition()) }
        return parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func repetition() throws(PatternError) -> PatternNode {
        if let scalar = current, scalar == "*" || scalar == "+" || scalar == "?" {
            throw failure("\"\(scalar)\" has nothing to repeat", remedy: "a literal one is written \\\(scalar)")
        }
        let atom = try self.atom()
        let bounds: (least: Int, most: Int?)
        if accept("*") {
            bounds = (0, nil)
        } else if accept("+") {
            bounds = (1, nil)
        } else if accept("?") {
            bounds = (0, 1)
        } else if current == "{", let counted = try counts() {
            bounds = counted
        } else {
            return atom
        }
        let isLazy = accept("?")
        if let scalar = current, scalar == "*" || scalar == "+" || scalar == "?" {
            throw failure("\"\(scalar)\" behind a repetition", remedy: "put the inner repetition into a group")
        }
        return .repetition(atom, least: bounds.least, most: bounds.most, isLazy: isLazy)
    }

    /// `{2}`, `{2,}`, `{2,5}`; nil where the brace starts none of these and stands for itself.
    private mutating func counts() throws(PatternError) -> (least: Int, most: Int?)? {
        let start = index
        index += 1
        guard let least = number() else {
            index = start
            return nil
        }
        var most: Int? = least
        if accept(",") { most = number() }
        guard accept("}") else {
            index = start
            return nil
        }
        guard least <= PatternLimits.repetitions, most ?? 0 <= PatternLimits.repetitions else {
            throw failure("a repetition of more than \(PatternLimits.repetitions)")
        }
        if let most, most < least { throw failure("the bounds of the repetition are the wrong way round") }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = current, isDigit(scalar) {
            value = min((value ?? 0) * 10 + Int(scalar.value - 0x30), 1_000_000)
            index += 1
        }
        return value
    }

    private mutating func atom() throws(PatternError) -> PatternNode {
        let scalar = scalars[index]
        switch scalar {
        case "(": return try group()
        case "[": return try characterClass()
        case "\\": return try escape()
        case ".":
            index += 1
            return .set(ScalarSet(dotMatchesNewline ? [] : [0x0A...0x0A], isNegated: true))
        case "^":
            index += 1
            return .assertion(isMultiline ? .lineStart : .textStart)
        case "$":
            index += 1
            return .assertion(isMultiline ? .lineEnd : .textEnd)
        default:
            index += 1
            return literal(scalar)
        }
    }

    private func literal(_ scalar: Unicode.Scalar) -> PatternNode {
        let properties = scalar.properties
        if ignoresCase, properties.isCased { return .set(ScalarSet([scalar.value...scalar.value], ignoresCase: true)) }
        return .scalar(scalar.value)
    }

    private mutating func group() throws(PatternError) -> PatternNode {
        let opened = index
        index += 1
        var number: Int?
        if accept("?") {
            if try name() {
                number = groupCount
            } else if !accept(":") {
                throw failure(
                    "unknown kind of group",
                    remedy: "there are (…), (?:…) and (?<name>…); look-around has no linear-time match, flags stand at the start: (?i)")
            }
        } else {
            groupCount += 1
            number = groupCount
        }
        let inner = try alternatives()
        guard accept(")") else {
            throw PatternError(message: "the group is not closed", position: opened, remedy: #"a literal parenthesis is written \("#)
        }
        return .group(inner, number: number)
    }

    /// `<name>` or `P<name>`: the start of a named group.
    private mutating func name() throws(PatternError) -> Bool {
        let start = scalars[index...].starts(with: ["P", "<"]) ? index + 2 : scalars[index...].starts(with: ["<"]) ? index + 1 : nil
        guard let start, start < scalars.count, scalars[start] != "=", scalars[start] != "!" else { return false }
        guard let end = scalars[start...].firstIndex(of: ">"), end > start else { throw failure("the group's name is not closed") }
        groupCount += 1
        groupNames[groupCount] = String(String.UnicodeScalarView(scalars[start..<end]))
        index = end + 1
        return true
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private mutating func escape() throws(PatternError) -> PatternNode {
        index += 1
        guard let scalar = current else { throw failure("nothing stands behind the last backslash") }
        if scalar == "b" || scalar == "B" {
            index += 1
            return .assertion(scalar == "b" ? .wordBoundary : .noWordBoundary)
        }
        if isDigit(scalar), scalar != "0" {
            throw failure("there are no back-references", remedy: "matching takes linear time here; compare the groups with regexp_extract")
        }
        let ranges = try escapedRanges()
        if ranges.count == 1, ranges[0].count == 1, let single = Unicode.Scalar(ranges[0].lowerBound) { return literal(single) }
        return .set(ScalarSet(ranges))
    }

    /// What stands behind a backslash, as ranges; `index` is at the character behind it.
    private mutating func escapedRanges() throws(PatternError) -> [ClosedRange<UInt32>] {
        guard let scalar = current else { throw failure("nothing stands behind the last backslash") }
        index += 1
        switch scalar {
        case "d": return ScalarSet.digits
        case "D": return ScalarSet.complement(ScalarSet.digits)
        case "w": return ScalarSet.wordCharacters
        case "W": return ScalarSet.complement(ScalarSet.wordCharacters)
        case "s": return ScalarSet.blanks
        case "S": return ScalarSet.complement(ScalarSet.blanks)
        case "t": return [0x09...0x09]
        case "n": return [0x0A...0x0A]
        case "r": return [0x0D...0x0D]
        case "f": return [0x0C...0x0C]
        default:
            if scalar.properties.isAlphabetic || isDigit(scalar) {
                index -= 1
                throw failure("unknown escape \\\(scalar)", remedy: #"there are \d \w \s \b, their opposites \D \W \S \B, and \t \n \r \f"#)
            }
            return [scalar.value...scalar.value]
        }
    }

    private mutating func characterClass() throws(PatternError) -> PatternNode {
        let opened = index
        index += 1
        let isNegated = accept("^")
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while let scalar = current, scalar != "]" || isFirst {
            isFirst = false
            let low = try classMember()
            guard low.count == 1, low[0].count == 1, current == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else {
                ranges += low
                continue
            }
            index += 1
            let high = try classMember()
            guard high.count == 1, high[0].count == 1, high[0].lowerBound >= low[0].lowerBound else {
                throw failure("a range goes from a lower to a higher character")
            }
            ranges.append(low[0].lowerBound...high[0].lowerBound)
        }
        guard accept("]") else {
            throw PatternError(message: "the class is not closed", position: opened, remedy: #"a literal bracket is written \["#)
        }
        return .set(ScalarSet(ranges, isNegated: isNegated, ignoresCase: ignoresCase))
    }

    private mutating func classMember() throws(PatternError) -> [ClosedRange<UInt32>] {
        guard let scalar = current else { throw failure("the class is not closed") }
        if scalar == "[", index + 1 < scalars.count, scalars[index + 1] == ":" {
            throw failure("named classes such as [:alpha:] are not known", remedy: #"write ranges: [A-Za-z], \d, \w, \s"#)
        }
        index += 1
        return scalar == "\\" ? try escapedRanges() : [scalar.value...scalar.value]
    }
}
