import ArgumentParser
import SluiceStreams

/// How the durability of a stream is asked for and shown.
enum DurabilityText {
    static let help = ArgumentHelp(
        "When a record counts as stored: always (it is on disk), interval (on disk within 100 ms), or none (when the system likes).",
        valueName: "policy")

    static func text(_ policy: StreamConfiguration.DurabilityPolicy) -> String {
        switch policy {
        case .always: "always: a stored record survives a power cut"
        case .interval: "interval: a stored record survives a power cut after \(StreamLimits.syncIntervalMillis) ms"
        case .none: "none: a stored record survives the end of the process"
        }
    }
}

extension StreamConfiguration.DurabilityPolicy: ExpressibleByArgument {}
