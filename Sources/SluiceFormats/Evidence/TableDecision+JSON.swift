package import SluiceCore

extension TableDecision.Column {
    /// The evidence of the column for reports: what it is, why, what its values were, and what other types would have lost.
    package func json(rows: Int64) -> Value {
        .structure([
            .init("name", .string(evidence.name)), .init("type", .string(decision.type.description)),
            .init("reason", .string(decision.reason)), .init("values", .integer(evidence.valueCount)), .init("nulls", .integer(nulls)),
            .init("null_rate", rows > 0 ? .float(Double(nulls) / Double(rows)) : .null),
            .init("distinct", hasValues ? .integer(evidence.distinct.estimate) : .null),
            .init("distinct_is_exact", hasValues ? .boolean(evidence.isDistinctExact) : .null),
            .init("minimum", bounds.map { .string($0.least) } ?? .null), .init("maximum", bounds.map { .string($0.most) } ?? .null),
            .init("samples", .list(evidence.sampleValues.map { .string($0) })), .init("kinds", .list(kinds)),
            .init("candidates", .list(decision.candidates.map(Self.json))),
        ])
    }

    private var hasValues: Bool { evidence.stated.isEmpty && evidence.valueCount > 0 }

    private var kinds: [Value] {
        evidence.kinds.map { kind in
            .structure([
                .init("kind", .string(kind.name)), .init("values", .integer(evidence.count(kind))),
                .init("first", Self.json(evidence.first(kind))),
            ])
        }
    }

    private static func json(_ candidate: TypeDecision.Candidate) -> Value {
        .structure([
            .init("type", .string(candidate.type)), .init("loses", .integer(candidate.lost)), .init("first_lost", json(candidate.first)),
        ])
    }

    private static func json(_ place: ValuePlace?) -> Value {
        guard let place else { return .null }
        return .structure([
            .init("file", .string(place.path)), .init("line", place.line > 0 ? .integer(place.line) : .null),
            .init("value", .string(place.value)),
        ])
    }

    /// The least and the greatest value as texts, where all values have one order.
    package var bounds: (least: String, most: String)? {
        let kinds = Set(evidence.kinds)
        if kinds.isEmpty { return nil }
        if kinds == [.integer] { return (String(evidence.integers.least), String(evidence.integers.most)) }
        if kinds.isSubset(of: [.integer, .fraction, .float]), evidence.inexact == 0 {
            let whole = evidence.integers.isEmpty ? nil : (Double(evidence.integers.least), Double(evidence.integers.most))
            let least = min(evidence.floats.least, whole?.0 ?? .infinity)
            let most = max(evidence.floats.most, whole?.1 ?? -.infinity)
            return (Value.float(least).description, Value.float(most).description)
        }
        if kinds == [.date] {
            return (
                Value.date(Int32(truncatingIfNeeded: evidence.days.least)).description,
                Value.date(Int32(truncatingIfNeeded: evidence.days.most)).description
            )
        }
        if kinds == [.timestamp] || kinds == [.zonedTimestamp] {
            let zoned = kinds == [.zonedTimestamp]
            return (
                Value.timestamp(evidence.times.least, zoned: zoned).description,
                Value.timestamp(evidence.times.most, zoned: zoned).description
            )
        }
        if kinds.isDisjoint(with: [.integer, .fraction, .float, .date, .timestamp, .zonedTimestamp, .hugeInteger, .list, .structure, .day])
        {
            return evidence.texts.texts
        }
        return nil
    }
}
