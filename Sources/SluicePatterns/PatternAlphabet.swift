/// The classes of characters that a pattern tells apart.
struct PatternAlphabet: Sendable {
    /// The class of each ASCII character.
    private(set) var ascii: [UInt8] = []
    /// A character of each class.
    private(set) var representatives: [UInt32] = []
    /// Where classes change, ascending, from 0 on.
    private var bounds: [UInt32] = [0]
    private var classes: [UInt8] = []

    var count: Int { representatives.count }

    /// More classes than a byte can name make the pattern one for the slow machine.
    private(set) var isSmall = true

    /// The class of all characters that are not ASCII, where that is one.
    private var beyondASCII: UInt8?

    init(_ pattern: Pattern) {
        var scalars: Set<UInt32> = []
        var used: Set<Int> = []
        for instruction in pattern.program {
            if case .scalar(let scalar) = instruction { scalars.insert(scalar) }
            if case .set(let index) = instruction { used.insert(index) }
        }
        let sets = used.sorted().map { pattern.sets[$0] }
        var cuts: Set<UInt32> = [0, 0x80]
        for scalar in scalars { cuts.formUnion([scalar, scalar + 1]) }
        for set in sets { for range in set.ranges { cuts.formUnion([range.lowerBound, range.upperBound + 1]) } }
        bounds = cuts.sorted()
        var seen: [[Bool]: UInt8] = [:]
        for bound in bounds {
            // A character that the pattern names is a class of its own; other stretches that every set treats alike are one class.
            if scalars.contains(bound) {
                classes.append(add(bound))
                continue
            }
            let key = sets.map { $0.contains(bound) }
            let known = seen[key] ?? add(bound)
            seen[key] = known
            classes.append(known)
        }
        ascii = (0..<128).map { classes[place(of: $0)] }
        let beyond = Set(classes[place(of: 0x80)...])
        beyondASCII = beyond.count == 1 ? beyond.first : nil
    }

    /// A new class, for which a character stands.
    private mutating func add(_ scalar: UInt32) -> UInt8 {
        guard representatives.count < Int(UInt8.max) else {
            isSmall = false
            return 0
        }
        representatives.append(scalar)
        return UInt8(representatives.count - 1)
    }

    private func place(of scalar: UInt32) -> Int {
        var (low, high) = (0, bounds.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if bounds[middle] <= scalar { low = middle } else { high = middle }
        }
        return low
    }

    /// The class of the character at a place, and its bytes.
    func symbol(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> (symbol: Int, length: Int) {
        let (scalar, length) = Matcher.decode(text, position)
        if scalar >= 0x80, let beyondASCII { return (Int(beyondASCII), length) }
        return (Int(scalar < 0x80 ? ascii[Int(scalar)] : classes[place(of: scalar)]), length)
    }
}

extension Pattern {
    @inline(__always)
    func accepts(_ place: Int, _ scalar: UInt32) -> Bool {
        switch program[place] {
        case .scalar(let wanted): wanted == scalar
        case .set(let index): sets[index].contains(scalar)
        default: false
        }
    }

    /// Whether all assertions are about the whole text's start and end.
    var hasOnlyEnds: Bool {
        program.allSatisfy {
            switch $0 {
            case .assertion(.textStart), .assertion(.textEnd): true
            case .assertion: false
            default: true
            }
        }
    }
}
