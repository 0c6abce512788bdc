import SluiceCore

/// One option of a format or codec: what definitions are checked against, and what the JSON Schema and the manual are made of.
package struct OptionSpec: Hashable, Sendable {
    /// What a value may be.
    package enum Kind: Hashable, Sendable {
        case boolean
        case integer(ClosedRange<Int>)
        case text
        /// One ASCII character, or an empty text where `allowsEmpty`.
        case character(allowsEmpty: Bool)
        /// A list of texts; a single text counts as a list of one.
        case texts
        case choice([String])
        /// `true`, `false`, or a list of texts.
        case booleanOrTexts
    }

    /// Which side looks at the option.
    package enum Usage: Hashable, Sendable {
        case read, write, both
    }

    package let name: String
    package let kind: Kind
    package let usage: Usage
    /// What holds when the option is not given; nil: nothing does.
    package let defaultValue: OptionValue?
    /// One sentence, for the manual.
    package let summary: String

    package init(_ name: String, _ kind: Kind, _ usage: Usage = .both, default defaultValue: OptionValue? = nil, _ summary: String) {
        self.name = name
        self.kind = kind
        self.usage = usage
        self.defaultValue = defaultValue
        self.summary = summary
    }

    /// The value in the form that the kind asks for.
    ///
    /// - Throws: `invalidOption` with the value and what is allowed.
    func checked(_ value: OptionValue, owner: String) throws(SluiceError) -> OptionValue {
        switch (kind, value) {
        case (.boolean, .boolean), (.text, .text), (.texts, .texts), (.booleanOrTexts, .boolean), (.booleanOrTexts, .texts):
            return value
        case (.integer(let range), .integer(let number)) where range.contains(number): return value
        case (.texts, .text(let text)): return .texts([text])
        case (.character(let allowsEmpty), .text(let text)):
            let unescaped = text == #"\t"# ? "\t" : text
            let isOne = unescaped.utf8.count == 1 && unescaped.utf8.allSatisfy { $0 < 0x80 && $0 != 0x0A && $0 != 0x0D && $0 != 0 }
            if isOne || (allowsEmpty && text.isEmpty) { return .text(unescaped) }
        case (.choice(let choices), .text(let text)):
            if choices.contains(text) { return value }
            throw SluiceError(
                .invalidOption, "option \"\(name)\" of \(owner) cannot be \(value)",
                remedy: Suggestion.remedy(for: text, in: choices, noun: "choices"))
        default: break
        }
        throw SluiceError(.invalidOption, "option \"\(name)\" of \(owner) cannot be \(value)", remedy: "it takes \(kind)")
    }
}

extension OptionSpec.Kind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .boolean: "true or false"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .text: "a text"
        case .character(let allowsEmpty): "one ASCII character" + (allowsEmpty ? ", or an empty text for none" : "")
        case .texts: "a list of texts"
        case .choice(let choices): "one of " + choices.joined(separator: ", ")
        case .booleanOrTexts: "true, false, or a list of texts"
        }
    }
}
