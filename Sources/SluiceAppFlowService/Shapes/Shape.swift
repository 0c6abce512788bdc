import SluiceServer

/// What a member of a request may be, as the API model has it; one table stands in for a reader of each structure.
indirect enum Shape: Sendable {
    case text(TextRule)
    case integer(ClosedRange<Int64>)
    case boolean
    /// Seconds since 1970.
    case time
    case texts(ClosedRange<Int>, TextRule)
    /// Texts by names.
    case map(ClosedRange<Int>, key: TextRule, value: TextRule)
    case structure([ShapeMember])
    case structures(ClosedRange<Int>, [ShapeMember])
}

/// A member of a structure.
struct ShapeMember: Sendable {
    let name: String
    let shape: Shape
    let isRequired: Bool

    static func required(_ name: String, _ shape: Shape) -> Self { Self(name: name, shape: shape, isRequired: true) }
    static func optional(_ name: String, _ shape: Shape) -> Self { Self(name: name, shape: shape, isRequired: false) }
}

extension InputReader {
    /// The members that are there, checked; others that a client may have sent are left out.
    ///
    /// - Throws: `SerializationException` for a member of the wrong kind; broken constraints are collected for `finish`.
    mutating func members(_ members: [ShapeMember]) throws(ServiceFault) -> WireValue {
        var taken: [WireValue.Member] = []
        for member in members {
            if let value = try value(member) {
                taken.append(.init(member.name, value))
            } else if member.isRequired {
                missing(member.name)
            }
        }
        return .object(taken)
    }

    private mutating func value(_ member: ShapeMember) throws(ServiceFault) -> WireValue? {
        let name = member.name
        switch member.shape {
        case .text(let rule): return try text(name, rule).map { .text($0) }
        case .integer(let range): return try integer(name, range).map { .integer(Int64($0)) }
        case .boolean: return try boolean(name).map { .boolean($0) }
        case .time: return try time(name).map { .time(micros: $0) }
        case .texts(let count, let rule): return try texts(name, count: count, rule).map { .texts($0) }
        case .map(let count, let key, let value): return try map(name, count: count, key: key, value: value).map { .map($0) }
        case .structure(let inner):
            return try structure(name) { reader throws(ServiceFault) in try reader.members(inner) }
        case .structures(let count, let inner):
            return try structures(name, count: count) { reader throws(ServiceFault) in try reader.members(inner) }.map { .list($0) }
        }
    }
}
