/// Takes the members of a request out one by one, and collects what is wrong with them in the words of the services.
///
/// A member of the wrong kind ends reading at once (`SerializationException`); broken constraints are collected, and `finish()` throws all of
/// them as one `ValidationException`. Source of the words: what the services answer.
package struct InputReader {
    private let members: [WireValue.Member]
    private let prefix: String
    private var faults: [String] = []

    /// - Throws: `serialization` for what is no object.
    package init(_ value: WireValue, at path: String = "") throws(ServiceFault) {
        guard case .object(let members) = value else {
            throw .serialization("\(value.kindName) can not be converted to a structure")
        }
        self.members = members
        prefix = path.isEmpty ? "" : path + "."
    }

    /// The value of a member; nil where it is missing or null.
    package func value(_ name: String) -> WireValue? {
        guard let value = members.last(where: { $0.name == name })?.value, value != .null else { return nil }
        return value
    }

    package mutating func text(_ name: String, _ rule: TextRule = TextRule()) throws(ServiceFault) -> String? {
        guard let value = value(name) else { return nil }
        guard case .text(let text) = value else { throw .serialization("\(value.kindName) can not be converted to a String") }
        if let broken = rule.broken(by: text) { fault(name, "'\(text)'", broken) }
        return text
    }

    package mutating func requiredText(_ name: String, _ rule: TextRule = TextRule()) throws(ServiceFault) -> String {
        if let text = try text(name, rule) { return text }
        missing(name)
        return ""
    }

    package mutating func integer(_ name: String, _ range: ClosedRange<Int64> = .min ... .max) throws(ServiceFault) -> Int? {
        guard let value = value(name) else { return nil }
        let number: Int64
        switch value {
        case .integer(let whole): number = whole
        case .real(let real):
            guard let whole = Int64(exactly: real) else { throw .serialization("\(value.kindName) can not be converted to an Integer") }
            number = whole
        default: throw .serialization("\(value.kindName) can not be converted to an Integer")
        }
        if number < range.lowerBound { fault(name, "'\(number)'", "Member must have value greater than or equal to \(range.lowerBound)") }
        if number > range.upperBound { fault(name, "'\(number)'", "Member must have value less than or equal to \(range.upperBound)") }
        return Int(number)
    }

    package mutating func requiredInteger(_ name: String, _ range: ClosedRange<Int64> = .min ... .max) throws(ServiceFault) -> Int {
        if let number = try integer(name, range) { return number }
        missing(name)
        return 0
    }

    package mutating func boolean(_ name: String) throws(ServiceFault) -> Bool? {
        guard let value = value(name) else { return nil }
        guard case .boolean(let boolean) = value else { throw .serialization("\(value.kindName) can not be converted to a Boolean") }
        return boolean
    }

    /// In microseconds since 1970; JSON has seconds.
    package mutating func time(_ name: String) throws(ServiceFault) -> Int64? {
        guard let value = value(name) else { return nil }
        let seconds: Double
        switch value {
        case .time(let micros): return micros
        case .integer(let whole): seconds = Double(whole)
        case .real(let real): seconds = real
        default: throw .serialization("\(value.kindName) can not be converted to a Timestamp")
        }
        guard seconds.isFinite, let micros = Int64(exactly: (seconds * 1_000_000).rounded()) else {
            throw .serialization("\(value.kindName) can not be converted to a Timestamp")
        }
        return micros
    }

    /// The elements of a list of texts.
    package mutating func texts(_ name: String, count: ClosedRange<Int>, _ rule: TextRule = TextRule()) throws(ServiceFault) -> [String]? {
        guard let value = value(name) else { return nil }
        guard case .list(let elements) = value else { throw .serialization("\(value.kindName) can not be converted to a list") }
        checkCount(name, elements.count, count, value)
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard case .text(let text) = element else { throw .serialization("\(element.kindName) can not be converted to a String") }
            if let broken = rule.broken(by: text) { fault("\(name).\(index + 1).member", "'\(text)'", broken) }
            texts.append(text)
        }
        return texts
    }

    /// The members of a map from texts to texts.
    package mutating func map(_ name: String, count: ClosedRange<Int>, key: TextRule, value rule: TextRule) throws(ServiceFault)
        -> [String: String]?
    {
        guard let value = value(name) else { return nil }
        guard case .object(let members) = value else { throw .serialization("\(value.kindName) can not be converted to a map") }
        checkCount(name, members.count, count, value)
        var map: [String: String] = [:]
        for member in members {
            guard case .text(let text) = member.value else {
                throw .serialization("\(member.value.kindName) can not be converted to a String")
            }
            if let broken = key.broken(by: member.name) {
                fault(name, "'{\(member.name)=\(text)}'", "Map keys must satisfy constraint: [\(broken)]")
            }
            if let broken = rule.broken(by: text) {
                fault("\(name).\(member.name).member", "'\(text)'", broken)
            }
            map[member.name] = text
        }
        return map
    }

    /// A structure inside this one.
    package mutating func structure<Result>(
        _ name: String, _ body: (inout InputReader) throws(ServiceFault) -> Result
    ) throws(ServiceFault) -> Result? {
        guard let value = value(name) else { return nil }
        var reader = try InputReader(value, at: prefix + Self.lowered(name))
        let result = try body(&reader)
        faults += reader.faults
        return result
    }

    /// The structures of a list.
    package mutating func structures<Result>(
        _ name: String, count: ClosedRange<Int> = 0 ... .max, _ body: (inout InputReader) throws(ServiceFault) -> Result
    ) throws(ServiceFault) -> [Result]? {
        guard let value = value(name) else { return nil }
        guard case .list(let elements) = value else { throw .serialization("\(value.kindName) can not be converted to a list") }
        checkCount(name, elements.count, count, value)
        var results: [Result] = []
        for (index, element) in elements.prefix(count.upperBound).enumerated() {
            var reader = try InputReader(element, at: prefix + Self.lowered(name) + ".\(index + 1).member")
            results.append(try body(&reader))
            faults += reader.faults
        }
        return results
    }

    package mutating func missing(_ name: String) { fault(name, "null", "Member must not be null") }

    private mutating func checkCount(_ name: String, _ count: Int, _ range: ClosedRange<Int>, _ value: WireValue) {
        let shown = count == 0 ? (value == .object([]) ? "'{}'" : "'[]'") : "'[\(count) elements]'"
        if count < range.lowerBound { fault(name, shown, "Member must have length greater than or equal to \(range.lowerBound)") }
        if count > range.upperBound { fault(name, shown, "Member must have length less than or equal to \(range.upperBound)") }
    }

    private mutating func fault(_ name: String, _ value: String, _ broken: String) {
        faults.append("Value \(value) at '\(prefix)\(Self.lowered(name))' failed to satisfy constraint: \(broken)")
    }

    /// Names in messages begin with a lower-case letter.
    private static func lowered(_ name: String) -> String { name.prefix(1).lowercased() + name.dropFirst() }

    /// - Throws: `ValidationException` with everything that was found.
    package func finish() throws(ServiceFault) {
        guard !faults.isEmpty else { return }
        throw ServiceFault(
            400, "ValidationException",
            "\(faults.count) validation error\(faults.count == 1 ? "" : "s") detected: \(faults.joined(separator: "; "))")
    }
}

/// What a text must be.
package struct TextRule: Sendable {
    private let length: ClosedRange<Int>?
    private let values: [String]?
    private let pattern: (source: String, matches: @Sendable (String) -> Bool)?

    /// - Parameters:
    ///   - length: Characters.
    ///   - values: All there are.
    ///   - pattern: As messages show it, and whether a text matches.
    package init(
        length: ClosedRange<Int>? = nil, values: [String]? = nil, pattern: (source: String, matches: @Sendable (String) -> Bool)? = nil
    ) {
        self.length = length
        self.values = values
        self.pattern = pattern
    }

    /// What a text breaks; nil for none.
    func broken(by text: String) -> String? {
        if let length {
            let count = text.unicodeScalars.count
            if count < length.lowerBound { return "Member must have length greater than or equal to \(length.lowerBound)" }
            if count > length.upperBound { return "Member must have length less than or equal to \(length.upperBound)" }
        }
        if let values, !values.contains(text) { return "Member must satisfy enum value set: [\(values.joined(separator: ", "))]" }
        if let pattern, !pattern.matches(text) { return "Member must satisfy regular expression pattern: \(pattern.source)" }
        return nil
    }
}
