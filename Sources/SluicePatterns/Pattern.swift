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
    /// Names of groups by number, of those that have one.
    package let groupNames: [Int: String]
    /// Whether a match can only start at the text's start.
    let isAnchored: Bool
    /// For each byte whether a match can start with it; nil where a match can be empty.
    let firstBytes: [Bool]?

    /// - Throws: what is wrong with the pattern, and where.
    package init(_ text: String, _ place: Place = .anywhere) throws(PatternError) {
        var parser = PatternParser(text)
        let tree = try parser.wholePattern()
        var compiler = PatternCompiler()
        if place == .start || place == .whole { try compiler.emit(.assertion(.textStart)) }
        try compiler.compile(.group(tree, number: 0))
        if place == .whole { try compiler.emit(.assertion(.textEnd)) }
        try compiler.emit(.match)
        groupNames = parser.groupNames
        program = compiler.program
        sets = compiler.sets
        groupCount = parser.groupCount
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
