import SluiceCore
import SluicePipelines

/// When rows happened.
enum EventTimes {
    /// Times in microseconds since 1970; a row without one gets an error.
    static func micros(_ column: Column, _ errors: inout RowErrors) -> [Int64] {
        let column = column.flattened
        if let validity = column.validity {
            for row in 0..<column.count where !validity[row] {
                errors.add(RowError(.noEventTime, "the row has no event time: the expression of the step's time is null"), row: row)
            }
        }
        switch column.storage {
        case .int64(let times): return times
        case .int32(let days): return days.map { Int64($0) * 86_400_000_000 }
        default: preconditionFailure("event time is a date or a timestamp")
        }
    }

    /// - Parameter reason: Why it has no effect any more.
    static func late(_ time: Int64, _ reason: String, _ policy: WindowOperation.LateRows) -> RowError {
        var error = RowError(.lateRow, "the row of \(text(time)) came late: \(reason)")
        error.handling = policy == .drop ? .drop : .keep
        return error
    }

    static func text(_ time: Int64) -> String { "\(Value.timestamp(time, zoned: false))" }
}

extension SluiceError.Code {
    static let noEventTime = Self("no-event-time")
    static let lateRow = Self("late-row")
}
