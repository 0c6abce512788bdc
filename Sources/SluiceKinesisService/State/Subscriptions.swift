import SluiceServer
import Synchronization

/// Who is subscribed: one subscription for each consumer and shard.
final class Subscriptions: Sendable {
    struct Key: Hashable {
        var consumer: String
        var shard: Int
    }

    /// A place in the table; `isCurrent` ends where another subscription takes over.
    struct Ticket: Hashable, Sendable {
        fileprivate var key: Key
        fileprivate var number: Int
    }

    private struct State {
        var current: [Key: (number: Int, since: ContinuousClock.Instant)] = [:]
        var nextNumber = 0
        var isEnding = false
    }
    private let state = Mutex(State())

    /// - Throws: `ResourceInUseException` where another one began less than 5 seconds ago.
    func begin(_ key: Key, at now: ContinuousClock.Instant = .now) throws(ServiceFault) -> Ticket {
        try state.withLock { state throws(ServiceFault) in
            if let other = state.current[key], now - other.since < .seconds(ServiceLimits.takeOverSeconds) {
                throw ServiceFault(
                    400, "ResourceInUseException",
                    "Another active subscription exists for this consumer: \(key.consumer)")
            }
            state.nextNumber += 1
            state.current[key] = (state.nextNumber, now)
            return Ticket(key: key, number: state.nextNumber)
        }
    }

    func isCurrent(_ ticket: Ticket) -> Bool {
        state.withLock { !$0.isEnding && $0.current[ticket.key]?.number == ticket.number }
    }

    func end(_ ticket: Ticket) {
        state.withLock { state in
            if state.current[ticket.key]?.number == ticket.number { state.current[ticket.key] = nil }
        }
    }

    func endAll() { state.withLock { $0.isEnding = true } }
}
