package import SluiceCore

extension RetryPacer {
    /// Makes a call until it succeeds, fails for good, or was made as often as the policy allows.
    ///
    /// - Parameters:
    ///   - renew: Whether something was put right behind a failure, so that another attempt makes sense at once.
    ///   - meaning: A failure for a person, with the number of attempts.
    package func repeating<Answer: Sendable>(
        _ once: () async throws(ServiceFailure) -> Answer, renew: (ServiceFailure) -> Bool,
        meaning: (ServiceFailure, _ attempts: Int) -> SluiceError
    ) async throws(SluiceError) -> Answer {
        var attempt = 1
        var renewals = 0
        while true {
            do throws(ServiceFailure) {
                return try await once()
            } catch {
                if renewals < AWSLimits.renewals, renew(error) {
                    renewals += 1
                    continue
                }
                guard error.isRetriable, attempt < policy.attempts else { throw meaning(error, attempt) }
                do {
                    try await pause(behind: attempt, isThrottled: error.isThrottled)
                } catch {
                    throw meaning(ServiceFailure(.cancelled), attempt)
                }
                attempt += 1
            }
        }
    }
}
