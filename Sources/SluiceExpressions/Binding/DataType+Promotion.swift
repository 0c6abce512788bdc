import SluiceCore

extension DataType {
    /// Digits that an integer type needs as a decimal.
    var integerDigits: Int {
        switch self {
        case .int8: 3
        case .int16: 5
        case .int32: 10
        default: 19
        }
    }

    /// The decimal that holds every value of an integer or decimal type.
    var asDecimal: (precision: Int, scale: Int)? {
        switch self {
        case .decimal(let precision, let scale): (precision, scale)
        case .int8, .int16, .int32, .int64: (integerDigits, 0)
        default: nil
        }
    }

    private var integerRank: Int? {
        switch self {
        case .int8: 0
        case .int16: 1
        case .int32: 2
        case .int64: 3
        default: nil
        }
    }

    /// Whether a value may become one of `target` without being asked: nothing is lost but digits that a double does not have.
    func widens(to target: DataType) -> Bool {
        if self == target || self == .null { return true }
        switch (self, target) {
        case (_, .float64): return isNumeric
        case (.int8, .float32), (.int16, .float32): return true
        case (.date, .timestamp): return true
        case (.list(let a), .list(let b)): return a.widens(to: b)
        case (.map(let a, let b), .map(let key, let value)): return a.widens(to: key) && b.widens(to: value)
        case (.choice(let own), .choice(let types)): return own.allSatisfy(types.contains)
        case (_, .choice(let types)): return types.contains(self)
        case (.structure(let a), .structure(let b)):
            return a.count == b.count && zip(a, b).allSatisfy { $0.name == $1.name && $0.type.widens(to: $1.type) }
        case (_, .decimal(let precision, let scale)):
            guard let own = asDecimal else { return false }
            return own.scale <= scale && own.precision - own.scale <= precision - scale
        default:
            guard let own = integerRank, let other = target.integerRank else { return false }
            return own <= other
        }
    }

    /// The type that values of both can be compared or mixed in; nil where a person has to say so with a cast.
    static func common(_ a: DataType, _ b: DataType) -> DataType? {
        if a == b || b == .null { return a }
        if a == .null { return b }
        if a.isFloat || b.isFloat {
            guard a.isNumeric, b.isNumeric else { return nil }
            return a == .float32 && b.widens(to: .float32) ? .float32 : b == .float32 && a.widens(to: .float32) ? .float32 : .float64
        }
        if a.isDecimal || b.isDecimal {
            guard let left = a.asDecimal, let right = b.asDecimal else { return nil }
            let scale = max(left.scale, right.scale)
            let whole = max(left.precision - left.scale, right.precision - right.scale)
            return .decimal(precision: min(whole + scale, maximumDecimalPrecision), scale: scale)
        }
        switch (a, b) {
        case (.list(let left), .list(let right)): return common(left, right).map { .list($0) }
        case (.map(let left, let leftValue), .map(let right, let rightValue)):
            guard let key = common(left, right), let value = common(leftValue, rightValue) else { return nil }
            return .map(key: key, value: value)
        case (.structure(let left), .structure(let right)):
            guard left.map(\.name) == right.map(\.name) else { return nil }
            var fields: [Field] = []
            for (one, other) in zip(left, right) {
                guard let type = common(one.type, other.type) else { return nil }
                fields.append(Field(one.name, type))
            }
            return .structure(fields)
        default: return a.widens(to: b) ? b : b.widens(to: a) ? a : nil
        }
    }
}
