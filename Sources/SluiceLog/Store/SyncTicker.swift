import SluiceCore
import SluiceStreams
import Synchronization

/// Puts what the shards of a stream hold on disk every `StreamLimits.syncIntervalMillis`, while its durability is `interval`.
final class SyncTicker: Sendable {
    private let task = Mutex<Task<Void, Never>?>(nil)

    deinit { stop() }

    /// Starts if the stream needs it and it has not started.
    func tick(_ stream: RecordStream) {
        guard stream.mode == .writing, stream.settings.now.durability == .interval else { return }
        task.withLock { task in
            guard task == nil else { return }
            task = Task.detached { [weak stream] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: .milliseconds(StreamLimits.syncIntervalMillis))
                    guard let writers = stream?.writers else { return }
                    // A failure stays with the shard, which goes on in a new segment.
                    for writer in writers where writer.state.withLock({ $0.isDirty }) { try? await writer.sync() }
                }
            }
        }
    }

    func stop() {
        task.withLock { task in
            task?.cancel()
            task = nil
        }
    }
}
