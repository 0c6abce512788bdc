import SluiceCore

/// A partition expression bound to the keys of a table. Three-valued as SQL: a key without a value makes a comparison unknown.
indirect enum PartitionCondition: Hashable, Sendable {
    case and([PartitionCondition])
    case or([PartitionCondition])
    case not(PartitionCondition)
    case test(key: Int, PartitionTest)
    case isNull(key: Int)
    case isIn(key: Int, [PartitionScalar])
    case like(key: Int, PartitionPattern)

    /// Nil: unknown.
    func holds(for values: [PartitionScalar?]) -> Bool? {
        switch self {
        case .and(let conditions):
            var result: Bool? = true
            for condition in conditions {
                switch condition.holds(for: values) {
                case false?: return false
                case nil: result = nil
                case true?: break
                }
            }
            return result
        case .or(let conditions):
            var result: Bool? = false
            for condition in conditions {
                switch condition.holds(for: values) {
                case true?: return true
                case nil: result = nil
                case false?: break
                }
            }
            return result
        case .not(let condition): return condition.holds(for: values).map { !$0 }
        case .test(let key, let test): return values[key].map { test.holds(for: $0) }
        case .isNull(let key): return values[key] == nil
        case .isIn(let key, let list): return values[key].map { list.contains($0) }
        case .like(let key, let pattern):
            guard case .text(let text)? = values[key] else { return nil }
            return pattern.matches(text)
        }
    }
}

/// A comparison of one key with one value.
enum PartitionTest: Hashable, Sendable {
    case equal(PartitionScalar)
    case notEqual(PartitionScalar)
    case less(PartitionScalar)
    case lessOrEqual(PartitionScalar)
    case greater(PartitionScalar)
    case greaterOrEqual(PartitionScalar)
    /// For every value that there is.
    case always
    /// For no value.
    case never

    /// Compares with a literal wherever it stands among the key's values: 2.5 among integers, or far beyond them.
    ///
    /// - Parameter operation: `=`, `<>`, `<`, `<=`, `>` or `>=`.
    init(_ operation: String, _ place: PartitionPlace) {
        switch (operation, place) {
        case ("=", .exactly(let value)): self = .equal(value)
        case ("<>", .exactly(let value)): self = .notEqual(value)
        case ("<", .exactly(let value)): self = .less(value)
        case ("<=", .exactly(let value)), ("<", .after(let value)), ("<=", .after(let value)): self = .lessOrEqual(value)
        case (">=", .exactly(let value)): self = .greaterOrEqual(value)
        case (">", .exactly(let value)), (">", .after(let value)), (">=", .after(let value)): self = .greater(value)
        case ("<>", _), ("<", .aboveAll), ("<=", .aboveAll), (">", .belowAll), (">=", .belowAll): self = .always
        default: self = .never
        }
    }

    func holds(for value: PartitionScalar) -> Bool {
        switch self {
        case .equal(let other): value == other
        case .notEqual(let other): value != other
        case .less(let other): value < other
        case .lessOrEqual(let other): !(other < value)
        case .greater(let other): other < value
        case .greaterOrEqual(let other): !(value < other)
        case .always: true
        case .never: false
        }
    }
}

/// A pattern of LIKE: `%` is any text, `_` one character (code point), a backslash takes the sign behind it as it is.
struct PartitionPattern: Hashable, Sendable {
    enum Part: Hashable, Sendable {
        case scalar(Unicode.Scalar)
        case character
        case anything
    }

    let parts: [Part]

    /// Nil for a pattern that ends with a backslash.
    init?(_ text: String) {
        var parts: [Part] = []
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped {
                parts.append(.scalar(scalar))
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == "%" {
                if parts.last != .anything { parts.append(.anything) }
            } else {
                parts.append(scalar == "_" ? .character : .scalar(scalar))
            }
        }
        if isEscaped { return nil }
        self.parts = parts
    }

    /// What every match begins with.
    var prefix: String {
        var prefix = String.UnicodeScalarView()
        for part in parts {
            guard case .scalar(let scalar) = part else { break }
            prefix.append(scalar)
        }
        return String(prefix)
    }

    /// - Complexity: O(text × pattern): only the last `%` is ever tried again.
    func matches(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var (index, part) = (0, 0)
        var retry: (part: Int, index: Int)?
        while index < scalars.count || part < parts.count {
            if part < parts.count {
                switch parts[part] {
                case .anything:
                    retry = (part + 1, index)
                    part += 1
                    continue
                case .scalar(let scalar):
                    if index < scalars.count, scalars[index] == scalar {
                        (index, part) = (index + 1, part + 1)
                        continue
                    }
                case .character:
                    if index < scalars.count {
                        (index, part) = (index + 1, part + 1)
                        continue
                    }
                }
            }
            guard let again = retry, again.index < scalars.count else { return false }
            retry = (again.part, again.index + 1)
            (part, index) = (again.part, again.index + 1)
        }
        return true
    }
}
