import FuzzKit

@testable import SluiceFormats
@testable import SluicePatterns

/// What grok patterns capture, as their automata find it and as the machine that follows all threads does.
enum Captures {
    /// Steps of one record that the machine takes in reasonable time.
    private static let machineSteps = 1 << 20

    /// About how many steps the machine takes for so many bytes.
    static func steps(_ format: TextFormat, _ byteCount: Int) -> Int {
        guard let expression = format.expression else { return byteCount }
        let compiled = expression.patterns.compactMap { try? GrokExpression.compiled($0, .within, expression.definitions) }
        return compiled.reduce(0) { $0 + $1.program.count } * byteCount
    }

    static func compare(_ format: TextFormat, _ records: PlainRecords) {
        guard let expression = format.expression, let program = try? GrokProgram(expression, columns: expression.columns.map(\.name)) else {
            return
        }
        let matcher = GrokMatcher(program)
        var machines: [Matcher] = []
        for text in expression.patterns {
            guard let pattern = try? GrokExpression.compiled(text, .anywhere, expression.definitions) else {
                Fuzzing.require(false, "a pattern that compiled once does not a second time")
                return
            }
            machines.append(Matcher(pattern))
        }
        var left = machineSteps
        let instructions = steps(format, 1)
        for record in records.records {
            left -= instructions * record.bytes.count
            guard left > 0 else { return }
            record.bytes.withUnsafeBufferPointer { compare($0, program, matcher, &machines) }
        }
    }

    private static func compare(
        _ text: UnsafeBufferPointer<UInt8>, _ program: GrokProgram, _ matcher: GrokMatcher, _ machines: inout [Matcher]
    ) {
        let found = matcher.match(text)
        for part in machines.indices {
            guard let match = machines[part].firstMatch(in: text, from: 0) else {
                Fuzzing.require(found != part, "pattern \(part) matches, and does not for the machine")
                continue
            }
            Fuzzing.require(found == part, "pattern \(part) matches for the machine only")
            let slots = (0...program.parts[part].prefix.groupCount).flatMap { group in
                match.group(group).map { [$0.lowerBound, $0.upperBound] } ?? [-1, -1]
            }
            let captured = Array(matcher.slots.prefix(slots.count))
            Fuzzing.require(captured == slots, "groups are at \(captured), and at \(slots) for the machine")
            return
        }
        Fuzzing.require(matcher.reached <= text.count, "a pattern fits \(matcher.reached) of \(text.count) bytes")
    }
}
