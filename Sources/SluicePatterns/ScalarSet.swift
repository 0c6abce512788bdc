/// A set of Unicode scalars.
struct ScalarSet: Hashable, Sendable {
    private(set) var ranges: [ClosedRange<UInt32>] = []
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
    static let hexadecimalDigits: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x46, 0x61...0x66]
    /// POSIX classes.
    static let named: [String: [ClosedRange<UInt32>]] = [
        "alpha": [0x41...0x5A, 0x61...0x7A], "digit": digits, "alnum": [0x30...0x39, 0x41...0x5A, 0x61...0x7A], "upper": [0x41...0x5A],
        "lower": [0x61...0x7A], "space": blanks, "blank": [0x09...0x09, 0x20...0x20],
        "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E],
        "xdigit": hexadecimalDigits, "cntrl": [0x00...0x1F, 0x7F...0x7F], "print": [0x20...0x7E], "graph": [0x21...0x7E],
        "word": wordCharacters,
    ]
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
