/// Reads a regular expression's text.
struct PatternParser {
    var scalars: [Unicode.Scalar]
    var index = 0
    private var depth = 0
    var ignoresCase = false
    private var isMultiline = false
    private var dotMatchesNewline = false
    /// What `%{NAME}` refers to; nil: a percent sign stands for itself, and groups without a name capture, too.
    private let definitions: PatternDefinitions?
    /// Whether `[[:alpha:]]` is known, as other programs' grok patterns use it.
    var allowsNamedClasses: Bool { definitions != nil }
    /// Names of the groups that are to capture; nil: all.
    private let wanted: Set<String>?
    /// The definitions that are being read, outermost first.
    private var open: [String] = []
    private var readCharacters: Int
    private(set) var groupCount = 0
    private(set) var groups: [Int: PatternGroup] = [:]

    init(_ text: String, _ definitions: PatternDefinitions? = nil, wanted: Set<String>? = nil) {
        scalars = Array(text.unicodeScalars)
        self.definitions = definitions
        self.wanted = wanted
        readCharacters = scalars.count
    }

    var current: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        index += 1
        return true
    }

    func failure(_ message: String, remedy: String? = nil) -> PatternError {
        PatternError(message: message, position: index, remedy: remedy)
    }

    mutating func wholePattern() throws(PatternError) -> PatternNode {
        if definitions != nil, open.isEmpty { dotMatchesNewline = true }
        try flags()
        let node = try alternatives()
        if current == ")" { throw failure("\")\" was never opened", remedy: #"a literal parenthesis is written \)"#) }
        return node
    }

    /// `(?i)`, `(?m)`, `(?s)` or several of them at the start.
    private mutating func flags() throws(PatternError) {
        guard scalars.starts(with: ["(", "?"]), scalars.count > 2, ["i", "m", "s"].contains(scalars[2]) else { return }
        // Those of a group end with a colon.
        if let end = scalars[2...].firstIndex(where: { $0 == ":" || $0 == "-" || $0 == ")" }), scalars[end] != ")" { return }
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
        guard depth <= PatternLimits.nesting else {
            throw failure("groups nested deeper than \(PatternLimits.nesting)", remedy: "a pattern must not be nested so deep")
        }
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
        case "%" where definitions != nil && index + 1 < scalars.count && scalars[index + 1] == "{": return try reference()
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

    func literal(_ scalar: Unicode.Scalar) -> PatternNode {
        let properties = scalar.properties
        if ignoresCase, properties.isCased { return .set(ScalarSet([scalar.value...scalar.value], ignoresCase: true)) }
        return .scalar(scalar.value)
    }

    private mutating func group() throws(PatternError) -> PatternNode {
        let opened = index
        let outer = (ignoresCase, isMultiline, dotMatchesNewline)
        index += 1
        var number: Int?
        if accept("?") {
            if let name = try name() {
                number = try capture(PatternGroup(name: name))
            } else if !accept(":"), try !groupFlags() {
                throw failure(
                    "unknown kind of group",
                    remedy: "there are (…), (?:…), (?<name>…) and (?i:…); look-around and atomic groups have no linear-time match")
            }
        } else if definitions == nil {
            number = try capture(nil)
        }
        let inner = try alternatives()
        (ignoresCase, isMultiline, dotMatchesNewline) = outer
        guard accept(")") else {
            throw PatternError(message: "the group is not closed", position: opened, remedy: #"a literal parenthesis is written \("#)
        }
        return .group(inner, number: number)
    }

    /// The number of a group that captures; nil for one that is not wanted.
    private mutating func capture(_ group: PatternGroup?) throws(PatternError) -> Int? {
        if let group, let wanted, !wanted.contains(group.name) { return nil }
        guard groupCount < PatternLimits.groups else {
            throw failure("more than \(PatternLimits.groups) groups capture", remedy: "write (?:…) where nothing needs to be captured")
        }
        groupCount += 1
        groups[groupCount] = group
        return groupCount
    }

    /// `i:`, `s-i:`: flags that hold in the group.
    private mutating func groupFlags() throws(PatternError) -> Bool {
        let start = index
        var value = true
        while let scalar = current {
            switch scalar {
            case "i": ignoresCase = value
            case "m": isMultiline = value
            case "s": dotMatchesNewline = value
            case "-" where value: value = false
            case ":" where index > start:
                index += 1
                return true
            default:
                index = start
                return false
            }
            index += 1
        }
        return false
    }

    /// `<name>` or `P<name>`: the start of a named group.
    private mutating func name() throws(PatternError) -> String? {
        let start = scalars[index...].starts(with: ["P", "<"]) ? index + 2 : scalars[index...].starts(with: ["<"]) ? index + 1 : nil
        guard let start, start < scalars.count, scalars[start] != "=", scalars[start] != "!" else { return nil }
        guard let end = scalars[start...].firstIndex(of: ">"), end > start else { throw failure("the group's name is not closed") }
        index = end + 1
        return text(start..<end)
    }

    func text(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }

    /// `%{NAME}`, `%{NAME:field}` or `%{NAME:field:type}`.
    private mutating func reference() throws(PatternError) -> PatternNode {
        let start = index
        guard let definitions, let end = scalars[index...].firstIndex(of: "}") else {
            throw failure("the reference is not closed", remedy: #"it is written %{NAME}; a literal %{ is written %\{"#)
        }
        let parts = scalars[(index + 2)..<end].split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        let names = parts.map { text($0.startIndex..<$0.endIndex) }
        guard let definition = definitions[names[0]] else {
            throw PatternError(
                message: "there is no pattern with the name \"\(names[0])\"", position: start + 2, unknownName: names[0])
        }
        if names.dropFirst().contains("") {
            throw failure("a name is empty in %{\(names.joined(separator: ":"))}", remedy: "write %{NAME:column} or %{NAME:column:type}")
        }
        if open.contains(names[0]) {
            throw failure(
                "the pattern \(names[0]) refers to itself: \((open.drop { $0 != names[0] } + [names[0]]).joined(separator: " > "))",
                remedy: "a definition cannot contain itself; write a repetition instead")
        }
        index = end + 1
        let group = names.count > 1 ? PatternGroup(name: names[1], type: names.count > 2 ? names[2] : nil, definition: names[0]) : nil
        let number = group == nil ? nil : try capture(group)
        return .group(try definedPattern(names[0], definition, from: start), number: number)
    }

    private mutating func definedPattern(_ name: String, _ definition: String, from start: Int) throws(PatternError) -> PatternNode {
        var inner = self
        inner.scalars = Array(definition.unicodeScalars)
        inner.index = 0
        inner.depth += 1
        inner.open.append(name)
        inner.readCharacters += inner.scalars.count
        guard inner.readCharacters <= PatternLimits.readCharacters else {
            index = start
            throw failure(
                "its definitions have more than \(PatternLimits.readCharacters) characters together, each counted where it is used")
        }
        let tree: PatternNode
        do throws(PatternError) {
            tree = try inner.wholePattern()
        } catch {
            var error = error
            error.definition = error.definition ?? name
            throw error
        }
        (readCharacters, groupCount, groups) = (inner.readCharacters, inner.groupCount, inner.groups)
        return tree
    }
}
