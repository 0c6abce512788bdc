import Synchronization

/// States of a codec's library that no task uses at the moment, so that a block does not pay for making one (a zstd context has over a
/// megabyte).
final class StatePool<State: AnyObject & Sendable>: Sendable {
    private let idle = Mutex<[State]>([])
    private let make: @Sendable () -> State

    init(_ make: @escaping @Sendable () -> State) { self.make = make }

    /// Calls `body` with a state that is its own meanwhile.
    func withState<Result>(_ body: (State) -> Result) -> Result {
        let state = idle.withLock { $0.popLast() } ?? make()
        defer {
            idle.withLock { if $0.count < CodecLimits.idleStates { $0.append(state) } }
        }
        return body(state)
    }
}
