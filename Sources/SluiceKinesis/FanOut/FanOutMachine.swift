import SluiceCore
import SluiceStreams

/// What a subscription through a consumer does next: events in, actions out.
///
/// The service ends each stream of events after five minutes. The next one begins behind the place that the last event named, so no record is
/// missing or twice.
struct FanOutMachine {
    enum Action: Hashable {
        /// Ask for a stream of events from here on.
        case open(IteratorPosition)
        /// Read the next event.
        case read
        /// Wait before asking again, behind so many failures.
        case pause(failures: Int)
        case end
    }

    private enum State: Hashable {
        case closed
        case open
        case paused
        case ended
    }

    /// Failures without an event between them before the last one is thrown.
    private let attempts: Int
    private let startMicros: Int64
    private var position: IteratorPosition
    private var state = State.closed
    private var failures = 0

    /// - Parameter nowMicros: The service's time: what comes behind `latest` is what arrives from now on, also where a stream ends before its
    ///   first event.
    init(from position: IteratorPosition, attempts: Int, nowMicros: Int64) {
        self.attempts = attempts
        self.position = position
        startMicros = nowMicros
    }

    var next: Action {
        switch state {
        case .closed: .open(position)
        case .open: .read
        case .paused: .pause(failures: failures)
        case .ended: .end
        }
    }

    /// A stream of events has begun.
    mutating func opened() {
        state = .open
        fix()
    }

    /// The end that "latest" named at first; later it is another.
    private mutating func fix() {
        if position == .latest { position = .atTimestamp(micros: startMicros) }
    }

    /// An event came.
    ///
    /// - Parameter continuation: Where the next stream begins; nil at the end of a closed shard.
    mutating func received(continuation: SequenceNumber?) {
        failures = 0
        if let continuation { position = .afterSequenceNumber(continuation) } else { state = .ended }
    }

    /// The service ended the stream of events.
    mutating func closed() { state = .closed }

    mutating func paused() { state = .closed }

    /// - Returns: Whether to go on; otherwise the failure is thrown.
    mutating func failed(_ error: SluiceError) -> Bool {
        failures += 1
        fix()
        // Within five seconds of one subscription, the next is refused as being in use.
        guard error.isRetriable || error.code == .resourceInUse, failures < attempts else {
            state = .ended
            return false
        }
        state = .paused
        return true
    }
}
