import SluiceCore
import SluiceServer

/// A record that cannot be delivered as it should be.
struct FailedRecord: Sendable {
    var data: [UInt8]
    /// Of the record's arrival, since 1970.
    var micros: Int64
    var code: String
    var message: String
    var attempts = 1
    /// Beside what all failures say.
    var details: [WireValue.Member] = []
}

/// The failures of a delivery as documents, one a line, by what failed: `processing-failed`, `format-conversion-failed`,
/// `http-endpoint-failed`. Members are those that the developer guide of Firehose shows.
struct FailedRecords: Sendable {
    struct Lines: Sendable {
        var lines: [UInt8] = []
        var oldestMicros = Int64.max

        fileprivate mutating func add(_ document: WireValue, _ micros: Int64) {
            document.appendJSON(to: &lines)
            lines.append(UInt8(ascii: "\n"))
            oldestMicros = min(oldestMicros, micros)
        }
    }

    private(set) var byType: [String: Lines] = [:]
    private let nowMicros: Int64

    init(nowMicros: Int64) { self.nowMicros = nowMicros }

    mutating func add(_ failure: FailedRecord, _ type: String) {
        // Failures of conversion say "last" of their error.
        let isLast = type == "format-conversion-failed"
        var members: [WireValue.Member] = [
            .init("attemptsMade", .integer(Int64(failure.attempts))), .init("arrivalTimestamp", .integer(failure.micros / 1_000)),
            .init(isLast ? "lastErrorCode" : "errorCode", .text(failure.code)),
            .init(isLast ? "lastErrorMessage" : "errorMessage", .text(failure.message)),
            .init("attemptEndingTimestamp", .integer(nowMicros / 1_000)), .init("rawData", .bytes(failure.data)),
        ]
        members += failure.details
        byType[type, default: Lines()].add(.object(members), failure.micros)
    }
}
