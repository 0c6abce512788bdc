package import SluiceCore

/// How far a group has read a shard, or where it begins; the positions that KCL's leases know.
package enum GroupPosition: Hashable, Sendable {
    /// The oldest record that is there when reading begins.
    case trimHorizon
    /// Behind the newest record that is there when reading begins.
    case latest
    /// The oldest record that arrived at or after this time, in microseconds since 1970.
    case time(Int64)
    /// This record is the next one to read.
    case at(SequenceNumber)
    /// This record was read. With a sub-sequence number, of an aggregated record only the parts up to that one were.
    case after(SequenceNumber, subSequence: Int64? = nil)
    /// Every record of a closed shard was read.
    case shardEnd

    /// Whether it names a place that depends on what the stream holds when reading begins.
    package var isStart: Bool {
        switch self {
        case .trimHorizon, .latest, .time: true
        case .at, .after, .shardEnd: false
        }
    }

    package var subSequence: Int64? {
        if case .after(_, let subSequence) = self { subSequence } else { nil }
    }

    /// The record that was read or is next; nil for a start and the end.
    package var sequence: SequenceNumber? {
        switch self {
        case .at(let sequence), .after(let sequence, _): sequence
        case .trimHorizon, .latest, .time, .shardEnd: nil
        }
    }

    /// The form that is stored and printed, without the sub-sequence number.
    package var text: String {
        switch self {
        case .trimHorizon: "TRIM_HORIZON"
        case .latest: "LATEST"
        case .time(let micros): Self.timePrefix + String(micros)
        case .at(let sequence): Self.atPrefix + sequence.description
        case .after(let sequence, _): sequence.description
        case .shardEnd: "SHARD_END"
        }
    }

    /// Reads what `text` and `subSequence` gave.
    ///
    /// - Throws: `invalidArgument`.
    package init(text: String, subSequence: Int64? = nil) throws(SluiceError) {
        switch text {
        case "TRIM_HORIZON": self = .trimHorizon
        case "LATEST": self = .latest
        case "SHARD_END": self = .shardEnd
        default:
            if text.hasPrefix(Self.timePrefix), let micros = Int64(text.dropFirst(Self.timePrefix.count)) {
                self = .time(micros)
            } else if text.hasPrefix(Self.atPrefix) {
                self = .at(try Self.number(text.dropFirst(Self.atPrefix.count)))
            } else {
                self = .after(try Self.number(text[...]), subSequence: subSequence)
            }
        }
    }

    /// Text that sorts byte by byte as positions do, for stores that compare without knowing what they hold.
    ///
    /// Starts are equal to each other and before every record; the end is behind every record; a record that is next is before one that was
    /// read, and a part of a record before all of it.
    package var orderKey: String {
        switch self {
        case .trimHorizon, .latest, .time: "0"
        case .at(let sequence): Self.key(sequence) + "0"
        case .after(let sequence, let subSequence?): Self.key(sequence) + "1" + Self.padded(String(subSequence), 19)
        case .after(let sequence, nil): Self.key(sequence) + "2"
        case .shardEnd: "2"
        }
    }

    /// Whether a group that stands here has read less than one that stands there.
    package func isBehind(_ other: GroupPosition) -> Bool { orderKey < other.orderKey }

    private static let timePrefix = "AT_TIMESTAMP/"
    private static let atPrefix = "AT/"

    private static func number(_ text: Substring) throws(SluiceError) -> SequenceNumber {
        if let number = SequenceNumber(parsing: text) { return number }
        throw SluiceError(
            .invalidArgument, "\(String(text).quotedForMessage) is no sequence number",
            remedy: "give a decimal integer without leading zeros, of at most \(SequenceNumber.maxDigits) digits")
    }

    private static func key(_ sequence: SequenceNumber) -> String {
        let digits = sequence.description
        return "1" + padded(String(digits.utf8.count), 3) + digits
    }

    private static func padded(_ digits: String, _ width: Int) -> String {
        String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
