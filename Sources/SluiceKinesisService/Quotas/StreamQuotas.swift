import SluiceCore
import SluiceServer
import SluiceStreams
import Synchronization

/// The quotas of Kinesis by shard and by call, which a server enforces where it is asked to: so that code that backs off runs before production.
final class StreamQuotas: Sendable {
    /// Windows that are kept of calls and of shards; more than these, and those that nothing was used of lately are forgotten.
    private static let windows = 65_536

    struct Shard: Hashable, Sendable {
        var scope: ScopeID
        var stream: String
        var number: Int
    }

    private struct CallKey: Hashable {
        var scope: ScopeID
        var operation: String
        /// Empty where the calls of an account are counted.
        var stream: String
    }

    private struct ShardUse {
        var putRecords = RateWindow()
        var putBytes = RateWindow()
        var reads = RateWindow()
        var readBytes = RateWindow()
        var iterators = RateWindow()
        var lastMicros: Int64 = 0
    }

    private struct State {
        var shards: [Shard: ShardUse] = [:]
        var calls: [CallKey: RateWindow] = [:]
        /// When calls with a limit for a day were made.
        var times: [CallKey: [Int64]] = [:]
    }

    private let clock: WallClock
    private let state = Mutex(State())

    init(_ clock: WallClock) { self.clock = clock }

    func reset() { state.withLock { $0 = State() } }

    // MARK: Shards

    /// Takes records of a put in order, as far as their shards take them.
    ///
    /// - Parameter records: The shard and bytes of each.
    /// - Returns: Whether each is taken.
    func put(_ records: [(shard: Shard, bytes: Int)]) -> [Bool] {
        let now = clock.nowMicros()
        return state.withLock { state in
            records.map { record in
                Self.change(record.shard, &state, now) { use in
                    guard use.putRecords.takes(1, of: ShardRates.putRecords, at: now),
                        use.putBytes.takes(record.bytes, of: ShardRates.putBytes, at: now)
                    else { return false }
                    use.putRecords.use(1, of: ShardRates.putRecords, at: now)
                    use.putBytes.use(record.bytes, of: ShardRates.putBytes, at: now)
                    return true
                }
            }
        }
    }

    /// Whether a shard may be read now; the bytes are told by `wasRead`.
    func read(_ shard: Shard) -> Bool {
        let now = clock.nowMicros()
        return state.withLock { state in
            Self.change(shard, &state, now) { use in
                guard use.reads.takes(1, of: ShardRates.reads, at: now), use.readBytes.isOpen(ShardRates.readBytes, at: now) else {
                    return false
                }
                use.reads.use(1, of: ShardRates.reads, at: now)
                return true
            }
        }
    }

    func wasRead(_ shard: Shard, bytes: Int) {
        let now = clock.nowMicros()
        state.withLock { state in
            Self.change(shard, &state, now) { $0.readBytes.use(bytes, of: ShardRates.readBytes, at: now) }
        }
    }

    /// Whether an iterator may be made now.
    func iterator(_ shard: Shard) -> Bool {
        let now = clock.nowMicros()
        return state.withLock { state in
            Self.change(shard, &state, now) { use in
                guard use.iterators.takes(1, of: ShardRates.iterators, at: now) else { return false }
                use.iterators.use(1, of: ShardRates.iterators, at: now)
                return true
            }
        }
    }

    private static func change<Result>(_ shard: Shard, _ state: inout State, _ now: Int64, _ body: (inout ShardUse) -> Result) -> Result {
        if state.shards.count >= windows, state.shards[shard] == nil {
            // None is closed for longer than the largest read is paid for.
            state.shards = state.shards.filter { abs(now - $0.value.lastMicros) < 60_000_000 }
        }
        state.shards[shard, default: ShardUse()].lastMicros = now
        return body(&state.shards[shard, default: ShardUse()])
    }

    // MARK: Calls

    /// Counts a call that changes or describes streams.
    ///
    /// - Throws: `LimitExceededException`.
    func admit(_ operation: String, _ call: KinesisCall) throws(ServiceFault) {
        let limit = CallLimits.perSecond[operation]
        let day = CallLimits.perDay[operation]
        guard limit != nil || day != nil else { return }
        let now = clock.nowMicros()
        let account = key(operation, call, .account)
        let stream = key(operation, call, .stream)
        let isAdmitted = state.withLock { state in
            if let day, Self.times(state, stream, now).count >= day { return false }
            guard let limit else { return true }
            let key = limit.span == .account ? account : stream
            if state.calls.count >= Self.windows, state.calls[key] == nil { state.calls = [:] }
            guard state.calls[key, default: RateWindow()].takes(1, of: limit.count, at: now) else { return false }
            state.calls[key, default: RateWindow()].use(1, of: limit.count, at: now)
            return true
        }
        guard !isAdmitted else { return }
        let place = stream.stream.isEmpty ? "" : " for stream \(stream.stream)"
        throw ServiceFault(400, "LimitExceededException", "Rate exceeded\(place) under account \(call.caller.account) for \(operation).")
    }

    /// Notes a call that did what it should.
    func succeeded(_ operation: String, _ call: KinesisCall) {
        guard CallLimits.perDay[operation] != nil else { return }
        let key = key(operation, call, .stream)
        let now = clock.nowMicros()
        state.withLock { state in
            if state.times.count >= Self.windows, state.times[key] == nil { state.times = [:] }
            state.times[key] = Self.times(state, key, now) + [now]
        }
    }

    private static func times(_ state: State, _ key: CallKey, _ now: Int64) -> [Int64] {
        (state.times[key] ?? []).filter { now >= $0 && now - $0 < CallLimits.dayMicros }
    }

    private func key(_ operation: String, _ call: KinesisCall, _ span: CallLimits.Span) -> CallKey {
        let scope = ScopeID(known: call.caller.account, call.caller.region)
        guard span == .stream, let members = try? call.format.decode(call.body) else {
            return CallKey(scope: scope, operation: operation, stream: "")
        }
        if let name = members["StreamName"]?.string { return CallKey(scope: scope, operation: operation, stream: String(name.prefix(128))) }
        let arn = ["StreamARN", "ConsumerARN"].lazy.compactMap { members[$0]?.string }.first
        return CallKey(scope: scope, operation: operation, stream: arn.flatMap { ResourceName($0)?.stream } ?? "")
    }
}
