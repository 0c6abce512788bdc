import SluiceCore

extension TypeDecision {
    /// Decides on a column whose values say of which kind they are.
    static func ofValues(_ column: ColumnEvidence) -> TypeDecision {
        let types = alternatives(column)
        var decision: TypeDecision
        if types.isEmpty {
            decision = TypeDecision(.string, "it has no value")
        } else if types.count == 1 {
            decision = TypeDecision(types[0].type, types[0].reason)
        } else {
            let counts = types.map { "\($0.type) (\($0.count))" }.joined(separator: ", ")
            decision = TypeDecision(.choice(types.map(\.type)), "its values are of several types: \(counts)")
        }
        for alternative in types {
            let others = alternative.others.compactMap { column.first($0) }
            decision.candidates.append(
                Candidate(
                    type: alternative.type.description, lost: column.valueCount - alternative.count,
                    first: others.min { $0.precedes($1.path, $1.line) }))
        }
        return decision
    }

    private struct Alternative {
        var type: DataType
        var count: Int64
        var reason: String
        /// Kinds of the values that it does not hold.
        var others: [ValueKind]
    }

    private static func alternatives(_ column: ColumnEvidence) -> [Alternative] {
        var found: [Alternative] = []
        func add(_ type: DataType, _ kinds: [ValueKind], _ reason: String) {
            let count = kinds.reduce(0) { $0 + column.count($1) }
            guard count > 0 else { return }
            if let place = found.firstIndex(where: { $0.type == type }) {
                found[place].count += count
            } else {
                found.append(Alternative(type: type, count: count, reason: reason, others: column.kinds.filter { !kinds.contains($0) }))
            }
        }
        add(.boolean, [.boolean], "all values are true or false")
        for (type, kinds, reason) in numbers(column) { add(type, kinds, reason) }
        let texts: [ValueKind] = [.date, .timestamp, .zonedTimestamp, .text]
        let present = texts.filter { column.count($0) > 0 }
        switch present {
        case [.date]: add(.date, present, "all values are dates in ISO 8601")
        case [.timestamp]: add(.timestamp(zoned: false), present, "all values are timestamps in ISO 8601 without a zone")
        case [.zonedTimestamp]: add(.timestamp(zoned: true), present, "all values are timestamps in ISO 8601 with a zone")
        default: add(.string, present, present == [.text] ? "all values are texts" : "its texts are of several kinds")
        }
        if column.count(.list) > 0 {
            let element = column.element.map { ofValues($0).type } ?? .string
            add(.list(element), [.list], "all values are lists")
        }
        if column.count(.structure) > 0 {
            let fields = column.members.map { Field($0.name, ofValues($0).type) }
            add(
                fields.isEmpty ? .string : .structure(fields), [.structure],
                fields.isEmpty ? "its structs have no members" : "all values are structs")
        }
        return found
    }

    /// Numbers share a type where it keeps them all.
    private static func numbers(_ column: ColumnEvidence) -> [(DataType, [ValueKind], String)] {
        let floats: [ValueKind] = [.fraction, .float]
        let hasFloats = floats.contains { column.count($0) > 0 }
        let hasHuge = column.count(.hugeInteger) > 0
        let exact: Int64 = 1 << 53
        let isSmall = column.integers.isEmpty || (column.integers.least >= -exact && column.integers.most <= exact)
        if hasFloats, isSmall, !hasHuge { return [(.float64, floats + [.integer], "all values are numbers, some with fractions")] }
        let whole: DataType = hasHuge ? .decimal(precision: DataType.maximumDecimalPrecision, scale: 0) : .int64
        let reason = hasHuge ? "some whole numbers are beyond int64" : "all values are whole numbers"
        return [(whole, [.integer, .hugeInteger], reason), (.float64, floats, "all values are fractions")]
    }

    /// Decides on a column whose type the files state.
    static func ofStated(_ column: ColumnEvidence) -> TypeDecision {
        let most = column.stated.max { $0.files < $1.files }?.type ?? .null
        var type: DataType? = column.stated.first?.type
        for other in column.stated.dropFirst() { type = type.flatMap { DataType.holding($0, other.type) } }
        let listed = column.stated.map { "\($0.type) (\($0.files), first in \($0.path))" }.joined(separator: ", ")
        if let type {
            return TypeDecision(type, column.stated.count == 1 ? "all files state it" : "it holds what the files state: \(listed)")
        }
        var decision = TypeDecision(most, "most files state it; no type holds all: \(listed)")
        decision.isConflict = true
        return decision
    }
}
