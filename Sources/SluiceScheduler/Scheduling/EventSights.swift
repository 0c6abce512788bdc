package import SluiceCore
package import SluicePipelines
import Synchronization

/// What events look like that take time to look at (objects, streams): asked for beside the scheduler, which never waits for it.
package final class EventSights: Sendable {
    /// What one look found.
    package enum Sight: Hashable, Sendable {
        /// Objects by name, each with what changes when it is written anew.
        case objects([String: String])
        /// Records.
        case count(Int64)
    }

    /// Looks at one event.
    package typealias Probe = @Sendable (JobEvent) async throws -> Sight

    private struct State {
        var wanted: Set<JobEvent> = []
        var seen: [JobEvent: Result<Sight, SluiceError>] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Says which events to look at.
    package func want(_ events: Set<JobEvent>) {
        state.withLock { state in
            state.wanted = events
            state.seen = state.seen.filter { events.contains($0.key) }
        }
    }

    /// What the last look found; nil before the first one.
    ///
    /// - Throws: What the last look threw.
    package func sight(of event: JobEvent) throws(SluiceError) -> Sight? { try state.withLock { $0.seen[event] }?.get() }

    /// Looks at all events once, side by side.
    @concurrent package func look(_ probe: @escaping Probe) async {
        let wanted = state.withLock { $0.wanted }
        await withTaskGroup(of: Void.self) { group in
            for event in wanted {
                group.addTask {
                    let found: Result<Sight, SluiceError>
                    do {
                        found = .success(try await probe(event))
                    } catch {
                        found = .failure(error as? SluiceError ?? SluiceError(.ioFailure, "\(error)", underlying: error))
                    }
                    self.state.withLock { state in if state.wanted.contains(event) { state.seen[event] = found } }
                }
            }
        }
    }
}
