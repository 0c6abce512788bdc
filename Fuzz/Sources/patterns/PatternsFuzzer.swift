import FuzzKit
import SluicePatterns

/// A regular expression up to the first line end, then a text. The automaton must find what the machine that follows all threads finds.
@_cdecl("LLVMFuzzerTestOneInput") public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Fuzzing.bytes(data, count)
    let end = bytes.firstIndex(of: 0x0A) ?? bytes.count
    let source = String(decoding: bytes[..<end], as: UTF8.self)
    let text = Array(bytes[min(end + 1, bytes.count)...])
    if let pattern = try? Pattern(source) {
        var matcher = Matcher(pattern)
        text.withUnsafeBufferPointer { text in
            let found = matcher.matches(text)
            let match = matcher.firstMatch(in: text, from: 0)
            Fuzzing.require(found == (match != nil), "matching with and without groups differ")
            for group in 0...pattern.groupCount {
                guard let range = match?.group(group) else { continue }
                Fuzzing.require(range.lowerBound >= 0 && range.upperBound <= text.count, "group \(group) is outside the text")
            }
        }
    }
    if let pattern = try? Pattern(source, .whole) { compare(pattern, text) }
    return 0
}

private func compare(_ pattern: Pattern, _ text: [UInt8]) {
    var matcher = Matcher(pattern)
    let automaton = PatternAutomaton(pattern)
    var slots = [Int](repeating: -1, count: 2 * (pattern.groupCount + 1))
    text.withUnsafeBufferPointer { text in
        // The second time the automaton knows its way.
        for _ in 0..<2 {
            guard let found = slots.withUnsafeMutableBufferPointer({ automaton.match(text, into: $0) }) else { return }
            let match = matcher.firstMatch(in: text, from: 0)
            Fuzzing.require(found == (match != nil), "the automaton \(found ? "matches" : "does not match"), the matcher differs")
            guard let match else { continue }
            let expected = (0...pattern.groupCount).flatMap { group in
                match.group(group).map { [$0.lowerBound, $0.upperBound] } ?? [-1, -1]
            }
            Fuzzing.require(slots == expected, "groups are at \(slots), and at \(expected) for the matcher")
        }
    }
}
