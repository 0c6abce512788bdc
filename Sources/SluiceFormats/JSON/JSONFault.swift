/// Why a JSON text, or a value in it, was not taken.
struct JSONFault: Error, Equatable {
    enum Reason: Equatable {
        case syntax(StaticMessage)
        /// The text ended inside a value.
        case cut
        case tooDeep
        /// A `\u` escape that is half of a pair.
        case loneSurrogate
        /// The value's bytes, from the fault's offset on.
        case doesNotFit(String, length: Int)
    }

    /// Bytes from the start of the text.
    var offset: Int
    var reason: Reason
    /// Names of the members around the value, outermost first.
    var path: [String] = []
}

/// A constant sentence that can be compared.
struct StaticMessage: Equatable, ExpressibleByStringLiteral, CustomStringConvertible {
    private let text: StaticString
    init(stringLiteral text: StaticString) { self.text = text }
    var description: String { text.description }
    static func == (a: Self, b: Self) -> Bool { a.description == b.description }
}
