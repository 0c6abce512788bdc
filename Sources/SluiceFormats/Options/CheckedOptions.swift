package import SluiceCore

/// Options that were checked against their specifications, with defaults behind them.
package struct CheckedOptions: Hashable, Sendable {
    /// Only what was given.
    package let given: [String: OptionValue]
    private let specs: [OptionSpec]

    /// - Throws: `unknownKey` for an option that `owner` does not have, with the nearest name; `invalidOption` for a value out of place.
    package init(_ values: [String: OptionValue], specs: [OptionSpec], owner: String) throws(SluiceError) {
        var given: [String: OptionValue] = [:]
        for name in values.keys.sorted() {
            guard let spec = specs.first(where: { $0.name == name }) else {
                throw SluiceError(
                    .unknownKey, "\(owner) has no option \"\(name)\"",
                    remedy: Suggestion.remedy(for: name, in: specs.map(\.name), noun: "options"))
            }
            given[name] = try spec.checked(values[name]!, owner: owner)
        }
        self.given = given
        self.specs = specs
    }

    private func value(_ name: String) -> OptionValue? {
        guard let spec = specs.first(where: { $0.name == name }) else { preconditionFailure("no option \"\(name)\" is specified") }
        return given[name] ?? spec.defaultValue
    }

    func boolean(_ name: String) -> Bool { value(name) == .boolean(true) }

    func integer(_ name: String) -> Int {
        guard case .integer(let number) = value(name) else { preconditionFailure("option \"\(name)\" has no default number") }
        return number
    }

    /// An integer of an option without a default; nil where it is not given.
    func optionalInteger(_ name: String) -> Int? {
        guard case .integer(let number) = value(name) else { return nil }
        return number
    }

    func text(_ name: String) -> String? {
        guard case .text(let text) = value(name) else { return nil }
        return text
    }

    func texts(_ name: String) -> [String]? {
        guard case .texts(let list) = value(name) else { return nil }
        return list
    }

    /// The single byte of a `character` option; nil when it is empty.
    func byte(_ name: String) -> UInt8? { text(name)?.utf8.first }
}
