import ArgumentParser
import SluiceCore
import SluiceLog

/// A place in a stream as a person writes it: `start`, `end`, a sequence number, or a time.
enum StreamPlace: Hashable, Sendable, ExpressibleByArgument {
    case start, end
    case sequence(UInt64)
    /// Microseconds since 1970.
    case time(Int64)

    init?(argument: String) {
        switch argument {
        case "start": self = .start
        case "end": self = .end
        default:
            if let number = UInt64(argument) {
                self = .sequence(number)
            } else if let time = Array(argument.utf8).withUnsafeBufferPointer({ TimeText.timestamp($0) }) {
                self = .time(time.utcMicros)
            } else {
                return nil
            }
        }
    }

    var position: StartPosition {
        switch self {
        case .start: .start
        case .end: .end
        case .sequence(let number): .sequence(number)
        case .time(let micros): .time(micros)
        }
    }
}
