package import SluiceCore

/// The type of a column, why it is that, and what each other type would have lost.
package struct TypeDecision: Sendable {
    /// A type that at least one value of the column fits.
    package struct Candidate: Sendable {
        package var type: String
        /// Values that do not fit it.
        package var lost: Int64
        /// The first of them.
        package var first: ValuePlace?
    }

    package var type: DataType
    /// Without a full stop.
    package var reason: String
    /// How a reader has to read the column's days and times; nil: as ISO 8601.
    package var timePattern: String?
    package var candidates: [Candidate] = []
    /// That no type holds what the files state.
    package var isConflict = false

    init(_ type: DataType, _ reason: String, timePattern: String? = nil) {
        self.type = type
        self.reason = reason
        self.timePattern = timePattern
    }
}

/// What a column of a text format becomes whose values are of several kinds.
package enum MixedTypes: String, CaseIterable, Sendable {
    /// Text: each value as it came.
    case string
    /// A choice between the types.
    case choice
}

extension TypeDecision {
    /// Decides on a column of texts.
    static func ofTexts(_ column: ColumnEvidence, mixed: MixedTypes) -> TypeDecision {
        var decision = textType(column, mixed)
        decision.candidates = candidates(column)
        return decision
    }

    private static func textType(_ column: ColumnEvidence, _ mixed: MixedTypes) -> TypeDecision {
        let kinds = Set(column.kinds)
        if kinds.isEmpty { return TypeDecision(.string, "it has no value") }
        if kinds.isSubset(of: [.integer, .fraction, .float]) { return number(column, kinds) }
        if kinds.count == 1, let kind = kinds.first { return single(column, kind) }
        let listed = column.kinds.map { "\($0.name) (\(column.count($0)))" }.joined(separator: ", ")
        let reason = "its values are of several kinds: \(listed)"
        if mixed == .choice {
            let types = alternatives(column, kinds)
            if types.count > 1 { return TypeDecision(.choice(types), reason) }
        }
        return TypeDecision(.string, reason + "; text keeps each as it came")
    }

    private static func single(_ column: ColumnEvidence, _ kind: ValueKind) -> TypeDecision {
        switch kind {
        case .boolean: return TypeDecision(.boolean, "all values are true or false")
        case .date: return TypeDecision(.date, "all values are dates")
        case .timestamp: return TypeDecision(.timestamp(zoned: false), "all values are timestamps without a zone")
        case .zonedTimestamp: return TypeDecision(.timestamp(zoned: true), "all values are timestamps with a zone")
        case .identifier:
            return TypeDecision(
                .string, "its numbers have more than \(FormatLimits.inferredIntegerDigits) digits, as identifiers have")
        case .code: return TypeDecision(.string, "its digits have zeros or a plus sign before them, which a number would lose")
        case .day: return days(column)
        default: return TypeDecision(.string, "its values are texts")
        }
    }

    private static func number(_ column: ColumnEvidence, _ kinds: Set<ValueKind>) -> TypeDecision {
        if kinds == [.integer] { return TypeDecision(.int64, "all values are whole numbers") }
        let scale = column.scales.most
        let precision = column.wholeDigits + scale
        let isDecimal = !kinds.contains(.float) && precision <= DataType.maximumDecimalPrecision
        let decimal = DataType.decimal(precision: max(1, precision), scale: scale)
        if isDecimal, kinds == [.fraction], column.scales.least == scale, scale > 0 {
            return TypeDecision(decimal, "all values have \(scale) \(scale == 1 ? "digit" : "digits") behind the point")
        }
        if column.inexact == 0 {
            return TypeDecision(.float64, "its numbers have fractions of different length, and a double keeps each as it is written")
        }
        if isDecimal { return TypeDecision(decimal, "a double would not keep the digits of \(column.inexact) of its values") }
        return TypeDecision(.string, "no type of number keeps all of its digits")
    }

    private static func days(_ column: ColumnEvidence) -> TypeDecision {
        let forms = DayForms.settled(column.forms)
        if let pattern = DayForms.only(forms) {
            let type: DataType = DayForms.hasClock(pattern) ? .timestamp(zoned: DayForms.hasZone(pattern)) : .date
            return TypeDecision(type, "all values are written as \(pattern), and as nothing else", timePattern: pattern)
        }
        let names = DayForms.names(forms)
        if names.isEmpty { return TypeDecision(.string, "its days are written in several forms") }
        return TypeDecision(.string, "its days may be \(names.joined(separator: " or ")), and no value decides")
    }

    /// The types of the kinds of a column, a string last.
    private static func alternatives(_ column: ColumnEvidence, _ kinds: Set<ValueKind>) -> [DataType] {
        var types: [DataType] = []
        if kinds.contains(.boolean) { types.append(.boolean) }
        if kinds.contains(.float) || kinds.contains(.fraction) {
            types.append(column.inexact == 0 ? .float64 : .string)
        } else if kinds.contains(.integer) {
            types.append(.int64)
        }
        if kinds.contains(.date) { types.append(.date) }
        if kinds.contains(.timestamp) { types.append(.timestamp(zoned: false)) }
        if kinds.contains(.zonedTimestamp) { types.append(.timestamp(zoned: true)) }
        let isText = types.contains(.string) || !kinds.isDisjoint(with: [.identifier, .code, .day, .text, .hugeInteger])
        types.removeAll { $0 == .string }
        return types + (isText ? [.string] : [])
    }

    // MARK: Candidates

    private static func candidates(_ column: ColumnEvidence) -> [Candidate] {
        let numbers: Set<ValueKind> = [.integer, .fraction]
        var found: [Candidate] = []
        func add(_ type: String, _ held: Set<ValueKind>, inexact: Bool = false) {
            let fitting = held.reduce(0) { $0 + column.count($1) } - (inexact ? column.inexact : 0)
            guard fitting > 0 else { return }
            let others =
                column.kinds.filter { !held.contains($0) }.compactMap { column.first($0) }
                + (inexact ? [column.firstInexact].compactMap { $0 } : [])
            found.append(
                Candidate(
                    type: type, lost: column.valueCount - fitting, first: others.min { $0.precedes($1.path, $1.line) }))
        }
        add("boolean", [.boolean])
        add("int64", [.integer])
        if column.count(.fraction) > 0 {
            let precision = column.wholeDigits + column.scales.most
            if precision <= DataType.maximumDecimalPrecision {
                add(DataType.decimal(precision: max(1, precision), scale: column.scales.most).description, numbers)
            }
        }
        if column.count(.fraction) + column.count(.float) > 0 { add("float64", numbers.union([.float]), inexact: true) }
        add("date", [.date])
        add("timestamp", [.timestamp])
        add("timestamptz", [.zonedTimestamp])
        let forms = DayForms.settled(column.forms)
        if let pattern = DayForms.only(forms) { add("date or timestamp as \(pattern)", [.day]) }
        found.append(Candidate(type: "string", lost: 0, first: nil))
        return found
    }
}
