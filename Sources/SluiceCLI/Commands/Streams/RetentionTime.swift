import ArgumentParser
import SluiceStreams

/// How long records are kept, as a person writes it: `36`, `36h`, `7d`.
struct RetentionTime: Hashable, Sendable, ExpressibleByArgument {
    var hours: Int

    init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let factor: Int
        switch argument[digits.endIndex...] {
        case "", "h": factor = 1
        case "d": factor = 24
        default: return nil
        }
        guard let number = Int(digits), number <= StreamLimits.retentionHours.upperBound else { return nil }
        hours = number * factor
    }

    /// What a stream may have: `24h to 365d`.
    static var bounds: String {
        "\(StreamLimits.retentionHours.lowerBound)h to \(StreamLimits.retentionHours.upperBound / 24)d"
    }

    /// `36 h`, `7 d`.
    static func text(hours: Int) -> String { hours >= 48 && hours % 24 == 0 ? "\(hours / 24) d" : "\(hours) h" }
}
