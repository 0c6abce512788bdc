/// A regular expression, compiled to the program of a virtual machine over Unicode scalars.
///
/// The machine follows all alternatives at once (Thompson 1968, with Pike's groups), so matching takes time in proportion to text times
/// pattern whatever the pattern; that rules out back-references and look-around. Of several matches at one place the one that a
/// backtracking engine would find first wins, as in Perl, RE2 and Java.
package struct Pattern: Sendable {
    /// Where in a text a pattern has to match.
    package enum Place: Sendable {
        case anywhere
        /// From the text's start on.
        case start
        /// From the text's start to its end.
        case whole
        /// From the text's start on, as `start`, but the machine passes over what stands behind the match: for `PatternAutomaton`.
        case prefix
        /// As `anywhere`, but the machine passes over what stands around the match: for `PatternAutomaton`.
        case within
    }

    enum Assertion: Sendable {
        case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
    }

    enum Instruction: Sendable {
        case scalar(UInt32)
        /// Index in `sets`.
        case set(Int)
        /// The first is preferred.
        case split(Int, Int)
        case jump(Int)
        case save(Int)
        case assertion(Assertion)
        case match
    }

    let program: [Instruction]
    let sets: [ScalarSet]
    /// Groups with a number, the whole match not counted.
    package let groupCount: Int
    /// By number, those that have a name.
    package let groups: [Int: PatternGroup]
    /// Names of groups by number, of those that have one.
    package var groupNames: [Int: String] { groups.mapValues(\.name) }
    /// Whether a match can only start at the text's start.
    let isAnchored: Bool
    /// For each byte whether a match can start with it; nil where a match can be empty.
    let firstBytes: [Bool]?
    /// The instruction that passes over what stands behind the match.
    let tail: Int?

    /// - Throws: what is wrong with the pattern, and where.
    package init(_ text: String, _ place: Place = .anywhere) throws(PatternError) {
        var parser = PatternParser(text)
        try self.init(parser.wholePattern(), parser, place)
    }

    /// A pattern that may refer to definitions. Only groups with a name capture, and `.` matches line ends too.
    ///
    /// - Parameter wanted: names of the groups that are to capture; nil: all.
    /// - Throws: what is wrong with the pattern or with a definition, and where.
    package init(
        _ text: String, _ place: Place, _ definitions: PatternDefinitions, wanted: Set<String>? = nil
    ) throws(PatternError) {
        var parser = PatternParser(text, definitions, wanted: wanted)
        try self.init(parser.wholePattern(), parser, place)
    }

    private init(_ tree: PatternNode, _ parser: PatternParser, _ place: Place) throws(PatternError) {
        let any = PatternNode.set(ScalarSet([], isNegated: true))
        var compiler = PatternCompiler()
        var tail: Int?
        if place != .anywhere { try compiler.emit(.assertion(.textStart)) }
        if place == .within { try compiler.compile(.repetition(any, least: 0, most: nil, isLazy: true)) }
        try compiler.compile(.group(tree, number: 0))
        if place == .prefix || place == .within {
            tail = compiler.program.count + 1
            try compiler.compile(.repetition(any, least: 0, most: nil, isLazy: false))
        }
        if place == .whole || tail != nil { try compiler.emit(.assertion(.textEnd)) }
        try compiler.emit(.match)
        groups = parser.groups
        program = compiler.program
        sets = compiler.sets
        groupCount = parser.groupCount
        self.tail = tail
        isAnchored = program.prefix(2).contains { if case .assertion(.textStart) = $0 { true } else { false } }
        firstBytes = Self.firstBytes(program, sets)
    }

    private static func firstBytes(_ program: [Instruction], _ sets: [ScalarSet]) -> [Bool]? {
        var bytes = [Bool](repeating: false, count: 256)
        var seen = [Bool](repeating: false, count: program.count)
        var open = [0]
        while let place = open.popLast() {
            if seen[place] { continue }
            seen[place] = true
            switch program[place] {
            case .match: return nil
            case .jump(let target): open.append(target)
            case .split(let first, let second): open += [second, first]
            case .save, .assertion: open.append(place + 1)
            case .scalar(let scalar):
                if scalar < 0x80 { bytes[Int(scalar)] = true } else { for byte in 0x80..<256 { bytes[byte] = true } }
            case .set(let index):
                for byte in 0..<0x80 where sets[index].contains(UInt32(byte)) { bytes[byte] = true }
                for byte in 0x80..<256 { bytes[byte] = true }
            }
        }
        return bytes
    }
}
