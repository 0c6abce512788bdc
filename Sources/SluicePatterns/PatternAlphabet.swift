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

    init(_ pattern: Pattern) {
        var cuts: Set<UInt32> = [0]
        for instruction in pattern.program {
            switch instruction {
            case .scalar(let scalar): cuts.formUnion([scalar, scalar + 1])
            case .set(let index): for range in pattern.sets[index].ranges { cuts.formUnion([range.lowerBound, range.upperBound + 1]) }
            default: break
            }
        }
        bounds = cuts.sorted()
        var seen: [[Bool]: UInt8] = [:]
        for bound in bounds {
            // Two stretches that every instruction treats alike are one class.
            let key = pattern.program.indices.map { pattern.accepts($0, bound) }
            if let known = seen[key] {
                classes.append(known)
            } else if seen.count < Int(UInt8.max) {
                seen[key] = UInt8(seen.count)
                classes.append(UInt8(representatives.count))
                representatives.append(bound)
            } else {
                isSmall = false
                classes.append(0)
            }
        }
        ascii = (0..<128).map { classes[place(of: $0)] }
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
