/// A regular expression, compiled to the program of a virtual machine over Unicode scalars.
///
/// The machine follows all alternatives at once (Thompson 1968, with Pike's groups), so matching takes time in proportion to text times
/// pattern whatever the pattern; that rules out back-references and look-around. Of several matches at one place the one that a
/// backtracking engine would find first wins, as in Perl, RE2 and Java.
struct Pattern: Sendable {
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
    let groupCount: Int
    /// Whether a match can only start at the text's start.
    let isAnchored: Bool
    /// For each byte whether a match can start with it; nil where a match can be empty.
    let firstBytes: [Bool]?

    /// - Throws: what is wrong with the pattern, and where.
    init(_ text: String) throws(PatternError) {
        var parser = PatternParser(text)
        let tree = try parser.wholePattern()
        var compiler = PatternCompiler()
        try compiler.compile(.group(tree, number: 0))
        try compiler.emit(.match)
        program = compiler.program
        sets = compiler.sets
        groupCount = parser.groupCount
        isAnchored = if program.count > 1, case .assertion(.textStart) = program[1] { true } else { false }
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

/// What is wrong with a regular expression.
struct PatternError: Error {
    var message: String
    /// Offset in Unicode scalars.
    var position: Int
    var remedy: String?
}

/// A set of Unicode scalars.
struct ScalarSet: Sendable {
    private var ranges: [ClosedRange<UInt32>] = []
    private var isNegated = false
    /// Membership of the ASCII scalars, negation included.
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    init(_ ranges: [ClosedRange<UInt32>], isNegated: Bool = false, ignoresCase: Bool = false) {
        self.ranges = ignoresCase ? ranges.flatMap(Self.caseVariants) : ranges
        self.isNegated = isNegated
        for scalar in UInt32(0)..<128 where self.ranges.contains(where: { $0.contains(scalar) }) != isNegated {
            if scalar < 64 { low |= 1 << UInt64(scalar) } else { high |= 1 << UInt64(scalar - 64) }
        }
    }

    @inline(__always)
    func contains(_ scalar: UInt32) -> Bool {
        if scalar < 64 { return low >> UInt64(scalar) & 1 == 1 }
        if scalar < 128 { return high >> UInt64(scalar - 64) & 1 == 1 }
        return ranges.contains { $0.contains(scalar) } != isNegated
    }

    /// The range with the other cases of its letters, where those are single scalars; of very long ranges only the ASCII part.
    private static func caseVariants(_ range: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
        var result = [range]
        let end = range.count <= 2048 ? range.upperBound : min(range.upperBound, 0x7F)
        guard range.lowerBound <= end else { return result }
        for value in range.lowerBound...end {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for variant in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping] {
                let scalars = variant.unicodeScalars
                if let only = scalars.first, scalars.count == 1, only.value != value { result.append(only.value...only.value) }
            }
        }
        return result
    }

    static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
    static let wordCharacters: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
    static let blanks: [ClosedRange<UInt32>] = [0x09...0x0D, 0x20...0x20]

    /// All scalars that are in none of the ranges.
    static func complement(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var result: [ClosedRange<UInt32>] = []
        var start: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > start { result.append(start...(range.lowerBound - 1)) }
            start = max(start, range.upperBound + 1)
        }
        if start <= 0x10FFFF { result.append(start...0x10FFFF) }
        return result
    }
}
