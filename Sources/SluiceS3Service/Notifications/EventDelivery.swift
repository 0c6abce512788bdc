package import SluiceBuckets
import SluiceCore

/// Who takes the events of buckets: the jobs of the state directory, and workflows of Glue.
package struct EventTaker: Sendable {
    /// Whether there is such a job, or such a workflow that events start.
    package var has: @Sendable (EventTarget) throws -> Bool
    /// Takes events, in their order; they are safe when it returns. Events that were taken already may come again.
    package var take: @Sendable (EventTarget, [ObjectEvent]) async throws -> Void
    /// Tells people that events wait, and why.
    package var tell: @Sendable (String) -> Void

    package init(
        has: @escaping @Sendable (EventTarget) throws -> Bool,
        take: @escaping @Sendable (EventTarget, [ObjectEvent]) async throws -> Void, tell: @escaping @Sendable (String) -> Void
    ) {
        self.has = has
        self.take = take
        self.tell = tell
    }
}

/// Brings events from a store to those who take them: each at least once, those of a target in their order.
struct EventDelivery: Sendable {
    let store: BucketStore
    let taker: EventTaker

    /// Works until the store is closed or the task is cancelled. Where somebody cannot take an event, it waits and is tried again.
    func run() async {
        var failures = 0
        for await _ in store.eventSignal {
            while !Task.isCancelled {
                do {
                    guard try await deliver() else { break }
                    failures = 0
                } catch {
                    if failures == 0 { taker.tell("events of buckets wait and are tried again: \(Self.reason(error))") }
                    failures += 1
                    try? await Task.sleep(for: .seconds(min(1 << min(failures - 1, 6), S3ServiceLimits.eventPauseSeconds)))
                }
            }
        }
    }

    /// Delivers the oldest events that wait.
    ///
    /// - Returns: Whether there were any.
    private func deliver() async throws -> Bool {
        let events = try store.waitingEvents(limit: S3ServiceLimits.eventsAtOnce)
        var byTarget: [String: [ObjectEvent]] = [:]
        for event in events { byTarget[event.target, default: []].append(event) }
        for (target, events) in byTarget.sorted(by: { $0.key < $1.key }) {
            try await taker.take(EventTarget(text: target), events)
            try await store.forget(events)
        }
        return !events.isEmpty
    }

    private static func reason(_ error: any Error) -> String {
        (error as? BucketFailure)?.text ?? ErrorLine.text(error)
    }
}
