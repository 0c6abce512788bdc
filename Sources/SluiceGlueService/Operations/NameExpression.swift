import SluicePatterns
import SluiceServer

/// A regular expression over whole names, in time that grows with the name alone; a star by itself stands for any text, as clients of Hive
/// write it.
struct NameExpression: Sendable {
    private let pattern: Pattern?

    /// - Throws: `InvalidInputException` for what is no regular expression.
    init(_ text: String?) throws(ServiceFault) {
        guard let text, !text.isEmpty, text != "*" else {
            pattern = nil
            return
        }
        do throws(PatternError) {
            pattern = try Pattern(Self.written(text), .whole)
        } catch {
            throw Faults.invalid("\(text) is no regular expression: \(error.message) at \(error.position).")
        }
    }

    /// `sales_*` becomes `sales_.*`: a star behind a letter, digit or underscore that would else repeat it.
    private static func written(_ text: String) -> String {
        guard text.utf8.allSatisfy({ $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") || isWord($0) }) else {
            return text
        }
        return text.lowercased().replacing("*", with: ".*")
    }

    private static func isWord(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) }

    func matches(_ name: String) -> Bool {
        guard let pattern else { return true }
        var matcher = Matcher(pattern)
        var name = name
        return name.withUTF8 { matcher.matches($0) }
    }
}
