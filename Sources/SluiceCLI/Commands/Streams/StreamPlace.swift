import ArgumentParser
import SluiceCore
import SluiceLog
import SluiceStreams

/// A place in a stream as a person writes it: `start`, `end`, a sequence number, or a time.
enum StreamPlace: Hashable, Sendable, ExpressibleByArgument {
    case start, end
    case sequence(SequenceNumber)
    /// Microseconds since 1970.
    case time(Int64)

    init?(argument: String) {
        switch argument {
        case "start": self = .start
        case "end": self = .end
        default:
            if let number = SequenceNumber(parsing: argument) {
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
        case .sequence(let number): .sequence(number.value.map { UInt64(clamping: $0) } ?? .max)
        case .time(let micros): .time(micros)
        }
    }
    /// The place in a shard of any backend.
    var iteratorPosition: IteratorPosition {
        switch self {
        case .start: .trimHorizon
        case .end: .latest
        case .sequence(let number): .atSequenceNumber(number)
        case .time(let micros): .atTimestamp(micros: micros)
        }
    }
}
