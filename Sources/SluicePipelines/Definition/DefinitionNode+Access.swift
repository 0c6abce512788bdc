package import SluiceCore

// Typed access; every error is placed at the value, or at the key where a key is wrong.
extension DefinitionNode {
    /// What the value is, for messages: `the number 15`, `a list`.
    package var found: String {
        switch content {
        case .null: "nothing"
        case .list: "a list"
        case .mapping: "a mapping"
        case .scalar(let text, .plain) where text == "true" || text == "false": "the boolean \(text)"
        case .scalar(let text, .plain) where Int(text) != nil || Double(text) != nil: "the number \(text)"
        case .scalar(let text, _): "the text \(text.quotedForMessage)"
        }
    }

    package var isNull: Bool { if case .null = content { true } else { false } }

    package func wrongType(_ wanted: String, remedy: String? = nil) -> SluiceError {
        let name = path.isEmpty ? "the definition" : path
        return SluiceError(.wrongType, "\(name) must be \(wanted), but is \(found)", at: location ?? keyLocation, remedy: remedy)
    }

    package func invalid(_ message: String, remedy: String? = nil) -> SluiceError {
        SluiceError(.invalidOption, message, at: location ?? keyLocation, remedy: remedy)
    }

    /// The text of any scalar: numbers and booleans as they were written.
    package func string() throws(SluiceError) -> String {
        guard case .scalar(let text, _) = content else { throw wrongType("a text") }
        return text
    }

    package func integer(in range: ClosedRange<Int>? = nil) throws(SluiceError) -> Int {
        guard case .scalar(let text, .plain) = content, let number = Int(text) else { throw wrongType("a whole number") }
        if let range, !range.contains(number) {
            let wanted = range.upperBound == .max ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            throw invalid("\(path) must be \(wanted), but is \(number)")
        }
        return number
    }

    package func number(in range: ClosedRange<Double>) throws(SluiceError) -> Double {
        guard case .scalar(let text, .plain) = content, let number = Double(text), number.isFinite else { throw wrongType("a number") }
        guard range.contains(number) else { throw invalid("\(path) must be \(ValueShape.number(range).wanted), but is \(text)") }
        return number
    }

    /// - Parameter range: In microseconds.
    package func timeSpan(in range: ClosedRange<Int64> = 0...TimeSpan.maxMicros) throws(SluiceError) -> TimeSpan {
        guard case .scalar(let text, _) = content, let span = TimeSpan(parsing: text) else {
            throw wrongType("a length of time", remedy: "write a number with its unit, such as 30 s, 1 minute or 1h30m")
        }
        guard range.contains(span.micros) else {
            throw invalid(
                "\(path) must be from \(TimeSpan(micros: range.lowerBound)) to \(TimeSpan(micros: range.upperBound)), but is \(span)")
        }
        return span
    }

    package func boolean() throws(SluiceError) -> Bool {
        guard case .scalar(let text, .plain) = content, text == "true" || text == "false" else {
            var remedy: String?
            if case .scalar(let text, _) = content {
                if ["yes", "on", "y", "true"].contains(text.lowercased()) { remedy = "write true" }
                if ["no", "off", "n", "false"].contains(text.lowercased()) { remedy = "write false" }
            }
            throw wrongType("true or false", remedy: remedy)
        }
        return text == "true"
    }

    /// One of the choices, by its raw value.
    package func enumeration<Choice: RawRepresentable & CaseIterable>(_: Choice.Type) throws(SluiceError) -> Choice
    where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue)
        let name = try choice(of: names)
        guard let choice = Choice(rawValue: name) else { throw wrongType("one of " + names.joined(separator: ", ")) }
        return choice
    }

    /// A text that is one of `names`.
    package func choice(of names: [String]) throws(SluiceError) -> String {
        guard case .scalar(let text, _) = content else { throw wrongType("one of " + names.joined(separator: ", ")) }
        guard names.contains(text) else {
            throw invalid(
                "\(path) cannot be \(text.quotedForMessage)", remedy: Suggestion.remedy(for: text, in: names, noun: "it is one of"))
        }
        return text
    }

    /// A data type as `DataType(parsing:)` reads it.
    package func dataType() throws(SluiceError) -> DataType {
        let text = try string()
        do {
            return try DataType(parsing: text)
        } catch {
            throw error.located(at: location)
        }
    }

    package func list() throws(SluiceError) -> [DefinitionNode] {
        guard case .list(let items) = content else { throw wrongType("a list") }
        return items
    }

    /// The items of a list, or the value alone as a list of one.
    package func oneOrMany() -> [DefinitionNode] {
        if case .list(let items) = content { items } else { [self] }
    }

    package func mapping() throws(SluiceError) -> [Entry] {
        guard case .mapping(let entries) = content else { throw wrongType("a mapping (key: value)") }
        return entries
    }

    /// The value of a mapping's key; nil if the key is absent, is nothing, or this is no mapping.
    package subscript(key key: String) -> DefinitionNode? {
        guard case .mapping(let entries) = content, let entry = entries.first(where: { $0.key == key }), !entry.value.isNull else {
            return nil
        }
        return entry.value
    }

    /// - Throws: `missingKey`, placed at the mapping.
    package func require(_ key: String) throws(SluiceError) -> DefinitionNode {
        _ = try mapping()
        if let value = self[key: key] { return value }
        throw missing(key)
    }

    package func missing(_ key: String, remedy: String? = nil) -> SluiceError {
        let name = path.isEmpty ? "the definition" : path
        return SluiceError(.missingKey, "\(name) lacks the key \"\(key)\"", at: keyLocation ?? location, remedy: remedy)
    }

    /// The error for a key that is none of `known`, with the nearest of them.
    package func unknownKey(_ entry: Entry, known: [String]) -> SluiceError {
        let name = path.isEmpty ? "" : " in \(path)"
        let ours = Self.keysElsewhere[entry.key].flatMap { known.contains($0) ? "did you mean \($0.quotedForMessage)?" : nil }
        return SluiceError(
            .unknownKey, "unknown key \(entry.key.quotedForMessage)\(name)", at: entry.keyLocation,
            remedy: ours ?? Suggestion.remedy(for: entry.key, in: known, noun: "keys"))
    }

    /// What keys are called in the files of other programs, and here.
    private static let keysElsewhere = [
        "cron": "at", "rate": "at", "every": "at", "interval": "at", "tz": "timezone", "zone": "timezone", "depends_on": "after",
        "needs": "after", "max_retries": "retries", "catchup": "catch_up", "sla": "expected_by", "foreach": "each",
    ]
}
