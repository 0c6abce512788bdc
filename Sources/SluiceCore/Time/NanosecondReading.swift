/// What becomes of timestamps that are stored in nanoseconds (and of INT96), where Sluice's have microseconds.
package enum NanosecondReading: String, CaseIterable, Sendable {
    /// A timestamp; one with a part below a microsecond does not fit.
    case reject
    /// A timestamp, without the part below a microsecond: the last whole one before or at the time.
    case truncate
    /// Nanoseconds since 1970 as a bigint.
    case integer
    /// ISO 8601 with nine digits behind the point.
    case text
}

extension NanosecondReading {
    /// The type of a column of such timestamps.
    package func type(zoned: Bool) -> DataType {
        switch self {
        case .reject, .truncate: .timestamp(zoned: zoned)
        case .integer: .int64
        case .text: .string
        }
    }
}
