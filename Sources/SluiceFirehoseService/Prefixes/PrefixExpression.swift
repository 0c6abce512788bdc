import SluiceCore
import SluiceSchedules

/// A prefix of objects with its expressions: `!{timestamp:yyyy/MM/dd}`, `!{firehose:random-string}`, `!{firehose:error-output-type}`,
/// `!{partitionKeyFromQuery:day}`.
///
/// Source: the developer guide of Firehose, "Understand custom prefixes for Amazon S3 objects".
struct PrefixExpression: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case literal(String)
        case time(JavaTimePattern)
        case random
        case errorType
        case key(String)
    }

    /// What expressions are evaluated with.
    struct Values {
        /// Since 1970: arrival of the object's oldest record.
        var micros: Int64
        var zone: ZoneRules
        /// Eleven letters and digits.
        var random = ""
        var errorType = ""
        var keys: [String: String] = [:]
    }

    private var parts: [Part] = []

    /// - Throws: What is wrong with the text, in words.
    init(_ text: String) throws(PatternFault) {
        var rest = text[...]
        var literal = ""
        while !rest.isEmpty {
            guard rest.hasPrefix("!{") else {
                literal.append(rest.removeFirst())
                continue
            }
            guard let end = rest.firstIndex(of: "}") else { throw PatternFault("an expression is not closed by }") }
            let inner = rest[rest.index(rest.startIndex, offsetBy: 2)..<end]
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal = ""
            parts.append(try Self.part(inner))
            rest = rest[rest.index(after: end)...]
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
    }

    private static func part(_ inner: Substring) throws(PatternFault) -> Part {
        let halves = inner.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, !halves[1].isEmpty else { throw PatternFault("!{\(inner)} is not of the form !{namespace:value}") }
        switch (halves[0], halves[1]) {
        case ("timestamp", let pattern): return .time(try JavaTimePattern(String(pattern)))
        case ("firehose", "random-string"): return .random
        case ("firehose", "error-output-type"): return .errorType
        case ("partitionKeyFromQuery", let key): return .key(String(key))
        case ("partitionKeyFromLambda", _): throw PatternFault("partitionKeyFromLambda needs a Lambda function, and there are none here")
        default: throw PatternFault("!{\(inner)} is no expression of a prefix")
        }
    }

    var hasExpressions: Bool { parts.contains { if case .literal = $0 { false } else { true } } }
    var hasErrorType: Bool { parts.contains(.errorType) }
    /// Of partition keys, in order.
    var keys: [String] { parts.compactMap { if case .key(let name) = $0 { name } else { nil } } }

    /// The prefix with its defaults behind it: without any expression, the hour of the oldest record's arrival.
    func followed(by text: String) throws(PatternFault) -> PrefixExpression {
        var whole = self
        whole.parts += try PrefixExpression(text).parts
        return whole
    }

    func text(_ values: Values) -> String {
        let seconds = Int64((Double(values.micros) / 1_000_000).rounded(.down))
        let local = values.zone.local(at: seconds)
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .time(let pattern): text += pattern.text(ofLocal: local, micros: values.micros - seconds * 1_000_000)
            case .random: text += values.random
            case .errorType: text += values.errorType
            case .key(let name): text += values.keys[name] ?? ""
            }
        }
        return text
    }
}
