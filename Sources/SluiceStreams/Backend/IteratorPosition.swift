/// Where an iterator begins (Kinesis: the five iterator types).
package enum IteratorPosition: Hashable, Sendable {
    case atSequenceNumber(SequenceNumber)
    case afterSequenceNumber(SequenceNumber)
    /// The oldest record that is kept.
    case trimHorizon
    /// Behind the newest record there is when the iterator is made.
    case latest
    /// The first record that arrived at or after this time, in microseconds since 1970; the trim horizon if that is later.
    case atTimestamp(micros: Int64)
}
