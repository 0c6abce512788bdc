import SluiceCatalog
import SluiceCore
import SluicePipelines

extension EpochWork {
    /// Puts what committed epochs staged into its stream, so that no epoch begins before.
    ///
    /// - Parameter patience: How long to wait for a stream that cannot be written; nil for as long as it takes.
    mutating func publish(patience: Duration?) async throws {
        let clock = ContinuousClock()
        let begun = clock.now
        var delay = RetryDelay()
        defer { progress.update { $0.waiting = nil } }
        while true {
            var done: [Int64] = []
            do {
                defer { published += done }
                return try await publisher.publish(pipeline, after: published.last ?? lastPublished) { done.append($0) }
            } catch let error as SluiceError where Self.mayPass(error, patience.map { clock.now - begun < $0 }) {
                if clock.now - begun > PublishLimits.silence { progress.update { $0.waiting = error.message } }
                try await clock.sleep(for: delay.next())
            }
        }
    }

    /// Strikes off what was published when no epoch is about to do it.
    mutating func strikeOffPublished() throws {
        guard !published.isEmpty else { return }
        try catalog.strikeOff(published)
        forgetPublished()
    }

    /// - Parameter hasTime: Nil for a run that waits as long as it takes: then whatever somebody can put right is waited for.
    private static func mayPass(_ error: SluiceError, _ hasTime: Bool?) -> Bool {
        guard let hasTime else { return ![.stateCorrupt, .stateMismatch, .fileNotFound].contains(error.code) }
        return hasTime && error.isRetriable
    }
}
