import SluiceAWS
import SluiceCore
import SluiceStreams
import Synchronization

/// A shard whose records the service pushes through a registered consumer.
final class FanOutSubscription: ShardSubscription {
    private struct State {
        var machine: FanOutMachine
        var events: EventStream?
    }

    private let streams: KinesisStreams
    private let consumer: FanOutConsumer
    private let shard: ShardID
    private let state: Mutex<State>

    init(_ streams: KinesisStreams, _ consumer: FanOutConsumer, _ shard: ShardID, from position: IteratorPosition) {
        self.streams = streams
        self.consumer = consumer
        self.shard = shard
        let machine = FanOutMachine(
            from: position, attempts: streams.service.pacer.policy.attempts, nowMicros: streams.service.serviceMicros)
        state = Mutex(State(machine: machine))
    }

    func next() async throws(SluiceError) -> RecordPage? {
        while !Task.isCancelled {
            let (action, events) = state.withLock { ($0.machine.next, $0.events) }
            do throws(SluiceError) {
                switch action {
                case .open(let position):
                    let events = try await open(position)
                    state.withLock { state in
                        state.events = events
                        state.machine.opened()
                    }
                case .read:
                    guard let page = try await read(events) else { continue }
                    return page
                case .pause(let failures):
                    try await streams.pause(behind: failures)
                    state.withLock { $0.machine.paused() }
                case .end:
                    state.withLock { $0.events = nil }
                    return nil
                }
            } catch {
                if error.code == .interrupted { return nil }
                let goesOn = state.withLock { state in
                    state.events = nil
                    return state.machine.failed(error)
                }
                guard goesOn else { throw error }
            }
        }
        return nil
    }

    private func open(_ position: IteratorPosition) async throws(SluiceError) -> EventStream {
        var starting = JSONBody()
        KinesisStreams.put(position, into: &starting, type: "Type", number: "SequenceNumber")
        var body = JSONBody()
        body.put("ConsumerARN", consumer.resource)
        body.put("ShardId", shard.description)
        body.put("StartingPosition", starting)
        return try await streams.service.events("SubscribeToShard", body)
    }

    /// The page of the next event; nil for one without records, and at the end of the stream of events.
    private func read(_ events: EventStream?) async throws(SluiceError) -> RecordPage? {
        guard let event = try await events?.next() else {
            state.withLock { state in
                state.events = nil
                state.machine.closed()
            }
            return nil
        }
        // The first message says that the stream has begun.
        guard event.type == "SubscribeToShardEvent" else { return nil }
        var page = try streams.page(event.payload, "SubscribeToShard")
        let continuation = event.payload["ContinuationSequenceNumber"]?.string.flatMap { SequenceNumber(parsing: $0) }
        if continuation == nil, page.children.isEmpty {
            return try streams.require(nil, "ContinuationSequenceNumber", "SubscribeToShard")
        }
        let end = page.children.isEmpty ? continuation : nil
        state.withLock { $0.machine.received(continuation: end) }
        page.continuation = end
        return page.count == 0 && page.children.isEmpty ? nil : page
    }
}
