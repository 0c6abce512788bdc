import SluicePipelines
import SluiceStreams

/// What to do about wrong arguments of which the parser only says that they are wrong.
enum UsageRemedy {
    /// What a value of an option has to look like, by the option as the parser's messages call it.
    private static let forms = [
        "--retention <time>": "write hours or days, from \(RetentionTime.bounds): 36, 36h, 7d",
        "--from <place>": "write start, end, a sequence number, or a time: 2026-03-01, 2026-03-01T12:00:00Z",
        "--to <place>": "write start, end, a sequence number, or a time: 2026-03-01, 2026-03-01T12:00:00Z",
        "--from <time>": BackfillBound.remedy, "--to <time>": BackfillBound.remedy,
    ]

    /// - Parameter message: The parser's.
    static func remedy(for message: String, arguments: [String]) -> String? {
        if let option = quoted(in: message, behind: "issing value for "), let name = option.split(separator: " ").first {
            guard let place = arguments.firstIndex(of: String(name)), place + 1 < arguments.count else { return nil }
            let value = arguments[place + 1]
            return value.hasPrefix("-") ? "a value that begins with - stands behind =: \(name)=\(shown(value))" : nil
        }
        return quoted(in: message, behind: " is invalid for ").flatMap { forms[$0] }
    }

    private static func quoted(in message: String, behind words: String) -> String? {
        guard let found = message.firstRange(of: words + "'") else { return nil }
        return message[found.upperBound...].firstIndex(of: "'").map { String(message[found.upperBound..<$0]) }
    }

    private static func shown(_ value: String) -> String {
        value.contains(where: { !$0.isLetter && !$0.isNumber && $0 != "-" }) ? "'\(value)'" : value
    }
}
