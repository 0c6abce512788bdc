import SluiceCore

/// The value of a format's option, as a definition gives it.
package enum OptionValue: Hashable, Sendable {
    case boolean(Bool)
    case integer(Int)
    case text(String)
    case texts([String])
}

extension OptionValue: CustomStringConvertible {
    /// The value as a definition (YAML or JSON) writes it.
    package var description: String {
        switch self {
        case .boolean(let flag): return flag ? "true" : "false"
        case .integer(let number): return String(number)
        case .text(let text): return text.quotedForMessage
        case .texts(let list): return "[" + list.map(\.quotedForMessage).joined(separator: ", ") + "]"
        }
    }
}
