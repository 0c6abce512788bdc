import Testing

@testable import SluicePatterns

@Suite("Automata against the machine that follows all threads") struct PatternAutomatonTests {
    /// A generator of which every run of a test can be repeated (SplitMix64).
    private struct SeededGenerator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private func groups(_ automaton: PatternAutomaton, _ pattern: Pattern, _ text: String) -> [Int]? {
        var text = text
        return text.withUTF8 { bytes in
            var slots = [Int](repeating: -1, count: 2 * (pattern.groupCount + 1))
            let matched = slots.withUnsafeMutableBufferPointer { automaton.match(bytes, into: $0) }
            return matched == true ? slots : nil
        }
    }

    private func reference(_ pattern: Pattern, _ text: String) -> [Int]? {
        var matcher = Matcher(pattern)
        var text = text
        return text.withUTF8 { bytes in
            guard let match = matcher.firstMatch(in: bytes, from: 0) else { return nil }
            return (0...pattern.groupCount).flatMap { group in
                match.group(group).map { [$0.lowerBound, $0.upperBound] } ?? [-1, -1]
            }
        }
    }

    @Test(
        "whole texts and their groups",
        arguments: [
            ("(a+)(b*)", "aabb"), ("(a|ab)(c|bcd)?", "abcd"), (#"(\S+) (\S+)"#, "x yz"), ("(a*?)(a*)", "aaa"), ("(?:(a)|b)*", "ab"),
            ("", ""),
            ("a", ""), ("[^é]*(é.)", "xyé😀"), ("(x{2,3}?)(x*)", "xxxxx"), (#"([\s\S]*?)(\d+)([\s\S]*)"#, "ab12\nc"), ("(?i)(ÀB)", "àb"),
        ]) func known(_ text: String, _ input: String) throws
    {
        let pattern = try Pattern(text, .whole)
        let automaton = PatternAutomaton(pattern)
        #expect(automaton.isUsable)
        #expect(groups(automaton, pattern, input) == reference(pattern, input))
    }

    private func randomPattern(_ random: inout SeededGenerator, depth: Int) -> String {
        let atoms = ["a", "b", "é", ".", "[ab]", "[^a]", #"\d"#, #"\w"#, "1"]
        switch Int.random(in: 0..<(depth > 0 ? 9 : 3), using: &random) {
        case 0...2: return atoms.randomElement(using: &random)!
        case 3, 4: return randomPattern(&random, depth: depth - 1) + randomPattern(&random, depth: depth - 1)
        case 5: return "(\(randomPattern(&random, depth: depth - 1)))"
        case 8: return ["^", "$"].randomElement(using: &random)! + randomPattern(&random, depth: depth - 1)
        case 6: return "(?:\(randomPattern(&random, depth: depth - 1))|\(randomPattern(&random, depth: depth - 1)))"
        default:
            let repetition = ["*", "+", "?", "*?", "+?", "??", "{1,2}", "{2}"].randomElement(using: &random)!
            return "(?:\(randomPattern(&random, depth: depth - 1)))\(repetition)"
        }
    }

    @Test("random patterns and texts", arguments: [Pattern.Place.whole, .prefix, .within]) func random(_ place: Pattern.Place) throws {
        var matches = 0
        for seed in UInt64(0)..<400 {
            var random = SeededGenerator(state: seed)
            let text = randomPattern(&random, depth: 5)
            let pattern = try Pattern(text, place)
            // What a machine without a tail finds: the same match.
            let plain = try Pattern(text, place == .whole ? .whole : place == .prefix ? .start : .anywhere)
            let automaton = PatternAutomaton(pattern)
            let recognizer = PatternAutomaton(pattern, capturing: false)
            for _ in 0..<12 {
                let input = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                    ["a", "b", "é", "1", "\n"].randomElement(using: &random)!
                }
                let expected = reference(plain, input.joined())
                #expect(reference(pattern, input.joined()) == expected, "seed \(seed): \(text) on \(input.joined().debugDescription)")
                #expect(
                    groups(automaton, pattern, input.joined()) == expected, "seed \(seed): \(text) on \(input.joined().debugDescription)")
                var recognized = input.joined()
                #expect(
                    recognized.withUTF8 { recognizer.matches($0) } == (expected != nil),
                    "seed \(seed): \(text) on \(input.joined().debugDescription)")
                if expected != nil { matches += 1 }
            }
        }
        #expect(matches > 300)
    }

    @Test("bytes that are no UTF-8 match what the machine lets them match") func noText() throws {
        let pattern = try Pattern("([^a]+)(a?)", .whole)
        let automaton = PatternAutomaton(pattern)
        for bytes in [[0xFF], [0xC3], [0xE2, 0x82, 0x61], [0xF0, 0x9F, 0x98, 0x80, 0x61]] as [[UInt8]] {
            bytes.withUnsafeBufferPointer { bytes in
                var slots = [Int](repeating: -1, count: 6)
                let matched = slots.withUnsafeMutableBufferPointer { automaton.match(bytes, into: $0) }
                var matcher = Matcher(pattern)
                let expected = matcher.firstMatch(in: bytes, from: 0)
                #expect(matched == (expected != nil))
                if let range = expected?.group(1) { #expect(slots[2]..<slots[3] == range) }
            }
        }
    }

    @Test("more states than are kept are no reason to give up where they are made slowly, also within a text", arguments: [true, false])
    func manyStates(_ capturing: Bool) throws {
        // 2 to the 12th states, of which a block that is repeated shows a few.
        let pattern = try Pattern("((?:a|b)*)(a(?:a|b){11})", .whole)
        let automaton = PatternAutomaton(pattern, capturing: capturing)
        var random = SeededGenerator(state: 3)
        var text: [UInt8] = []
        for _ in 0..<300 {
            let block = (0..<12).map { _ in UInt8(ascii: Bool.random(using: &random) ? "a" : "b") }
            for _ in 0..<400 { text += block }
        }
        for (last, isMatch) in [("a", true), ("b", false)] {
            let whole = text + Array((last + "bbbbbbbbbbb").utf8)
            whole.withUnsafeBufferPointer { whole in
                var slots = [Int](repeating: -1, count: 6)
                #expect(slots.withUnsafeMutableBufferPointer { automaton.match(whole, into: $0) } == isMatch)
                if isMatch, capturing { #expect(slots == [0, whole.count, 0, text.count, text.count, whole.count]) }
            }
        }
        #expect(automaton.isUsable)
        #expect(automaton.states.count < 2_100)
    }

    @Test("what it cannot do it says") func limits() throws {
        #expect(try !PatternAutomaton(Pattern(#"\bcat\b"#, .whole)).isUsable)
        #expect(try !PatternAutomaton(Pattern("(?m)^a$", .whole)).isUsable)
        #expect(try !PatternAutomaton(Pattern("a")).isUsable)
        // An automaton of this pattern has 2 to the 14th states; after a few restarts it gives up instead of filling memory.
        let pattern = try Pattern("(?:a|b)*a(?:a|b){14}", .whole)
        let automaton = PatternAutomaton(pattern)
        var random = SeededGenerator(state: 1)
        for _ in 0..<400 {
            let input = (0..<200).map { _ in Bool.random(using: &random) ? "a" : "b" }.joined()
            guard automaton.isUsable else { break }
            #expect(groups(automaton, pattern, input) == reference(pattern, input) || !automaton.isUsable)
        }
        #expect(!automaton.isUsable)
    }

    @Test("groups have names") func names() throws {
        let pattern = try Pattern("(a)(?<year>b)(?P<x y>c)")
        #expect(pattern.groupNames == [2: "year", 3: "x y"])
        #expect(throws: PatternError.self) { try Pattern("(?<=a)b") }
        #expect(throws: PatternError.self) { try Pattern("(?<a") }
    }
}
