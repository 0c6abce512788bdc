package import SluiceCore

/// What an answer means for the request, as the service's own rules have it.
package enum WebVerdict: Sendable {
    case accept
    /// Try again: after the time that the service says, or after a growing pause.
    case retry(String, isThrottled: Bool, after: Duration? = nil)
    /// Try again with another credential.
    case renew(String)
    case refuse(SluiceError)
}

/// Sends requests to one service for one account: limits, credentials, retries and redirects, the same for all connectors.
package struct WebClient: Sendable {
    package let limiter: Limiter
    package let pacing: Pacing
    /// Hosts beside the request's own to which a redirect may lead; credentials never go there.
    package var otherHosts: Set<String> = []
    package var policy: RetryPolicy
    package var timeout = Duration.seconds(HTTPLimits.requestSeconds)
    private let transport: any WebTransport
    private let authenticator: any Authenticator

    package init(
        _ transport: any WebTransport, limiter: Limiter, authenticator: any Authenticator, pacing: Pacing = .system,
        policy: RetryPolicy = .services
    ) {
        self.transport = transport
        self.limiter = limiter
        self.authenticator = authenticator
        self.pacing = pacing
        self.policy = policy
    }

    /// What happened so far to a request.
    private struct History {
        var failures = 0
        var throttled = 0
        /// Credentials that were refused, and had another one in their place.
        var renewals = 0
        var hasAsked = false
    }

    /// Sends a request until it is accepted or refused.
    ///
    /// - Parameters:
    ///   - rules: Limits that count it.
    ///   - judge: What an answer means; by its status (`judgeByStatus`) unless the service has rules of its own.
    /// - Throws: `serviceUnreachable`, `serviceFailed`, `timedOut`, `credentialsRefused`, `accessDenied`, `requestRefused`, `quotaSpent`,
    ///   `foreignHost`, `untrustedService`, `interrupted`.
    package func send(
        _ request: WebRequest, rules: [RateRule] = [], judge: (@Sendable (WebRequest, WebAnswer) -> WebVerdict)? = nil
    ) async throws(SluiceError) -> WebAnswer {
        var history = History()
        while true {
            switch await limited(request, rules) {
            case .failure(let error):
                guard error.isRetriable, request.isRepeatable, error.code != .quotaSpent else { throw error }
                try await pauseOrGiveUp(&history, error)
            case .success(let (attempt, answer)):
                switch judge.map({ $0(request, answer) }) ?? judgeByStatus(request, answer) {
                case .accept: return answer
                case .refuse(let error): throw error
                case .renew(let reason):
                    guard try await renew(&history, after: attempt) else {
                        throw failure(.credentialsRefused, request, answer, reason, remedy: "check the connection's credentials")
                    }
                case .retry(let reason, let isThrottled, let after):
                    let error = failure(.serviceFailed, request, answer, reason, isRetriable: true)
                    if isThrottled {
                        try await obey(&history, after, error)
                    } else {
                        guard request.isRepeatable else { throw error }
                        try await pauseOrGiveUp(&history, error)
                    }
                }
            }
        }
    }

    /// Whether another attempt has another credential. One is asked for once; what others were given meanwhile is tried beside it.
    private func renew(_ history: inout History, after attempt: WebRequest) async throws(SluiceError) -> Bool {
        guard history.renewals < HTTPLimits.renewals else { return false }
        history.renewals += 1
        switch try await authenticator.renew(after: attempt, mayAsk: !history.hasAsked) {
        case .none: return false
        case .taken: return true
        case .asked:
            history.hasAsked = true
            return true
        }
    }

    // MARK: Attempts

    /// One attempt when the limits let it: its credentials are those of that moment.
    private func limited(_ request: WebRequest, _ rules: [RateRule]) async -> Result<(WebRequest, WebAnswer), SluiceError> {
        do throws(SluiceError) {
            return .success(
                try await limiter.run(rules) { () async throws(SluiceError) in
                    var attempt = request
                    try await authenticator.authorize(&attempt)
                    return (attempt, try await followed(attempt))
                })
        } catch {
            return .failure(error.code == .quotaSpent ? unsent(request, error) : error)
        }
    }

    /// The limiter knows no requests.
    private func unsent(_ request: WebRequest, _ error: SluiceError) -> SluiceError {
        guard !error.message.hasPrefix(request.label) else { return error }
        var placed = error
        placed.message = "\(request.label): \(request.shown) was not sent: \(error.message)"
        return placed
    }

    /// One attempt, with the redirects that it meets.
    private func followed(_ request: WebRequest) async throws(SluiceError) -> WebAnswer {
        var request = request
        let origin = request.address.origin
        for _ in 0...HTTPLimits.redirects {
            let answer = try await exchanged(request)
            guard [301, 302, 303, 307, 308].contains(answer.status), let location = answer.headers["location"] else { return answer }
            let next = try request.address.resolving(location)
            guard ["GET", "HEAD"].contains(request.method) else { throw moved(request, next) }
            if next.origin != request.address.origin || next.origin != origin {
                let isDowngrade = request.address.scheme == .https && next.scheme == .http
                guard otherHosts.contains(next.hostName), !isDowngrade else { throw foreign(request, next) }
                // What was added for the first host stays there: its credentials are in headers, or in parameters that are not repeated.
                request.headers = request.headers.filter { $0.name.lowercased() == "accept" }
            }
            request.address = next
        }
        throw SluiceError(.serviceFailed, "\(request.label): \(request.shown) is redirected over and over")
    }

    private func foreign(_ request: WebRequest, _ next: WebAddress) -> SluiceError {
        SluiceError(
            .foreignHost, "\(request.label): \(request.shown) is redirected to another host, \(next.host.quotedForMessage)",
            remedy: "write that address into the connection if it is the right one; no credentials were sent there")
    }

    /// Only GET and HEAD go on at another address: what another request asked for may have been done.
    private func moved(_ request: WebRequest, _ next: WebAddress) -> SluiceError {
        guard next.origin == request.address.origin else { return foreign(request, next) }
        return SluiceError(
            .serviceFailed,
            "\(request.label): \(request.shown) is redirected to \(next.path.quotedForMessage), where no \(request.method) is sent",
            remedy: "write the address that the service has now into the connection, or the path into the connector's declaration")
    }

    /// - Throws: also `serviceFailed` for a body in a coding that was not asked for.
    private func exchanged(_ request: WebRequest) async throws(SluiceError) -> WebAnswer {
        let answer = try await answered(request)
        // An error is judged by its status; services also write other things there, such as `utf-8`.
        guard let coding = answer.headers["content-encoding"], Self.codings.contains(coding.lowercased()), !answer.body.isEmpty,
            (200..<300).contains(answer.status)
        else { return answer }
        throw SluiceError(
            .serviceFailed, "\(request.label): \(request.shown) answered \(answer.status) in the coding \(coding.quotedForMessage)",
            remedy: "it was not asked for: look at what stands between here and the service")
    }

    /// Codings of bodies (RFC 9110, section 8.4.1, and IANA's registry).
    private static let codings: Set = ["br", "compress", "x-compress", "dcb", "dcz", "deflate", "gzip", "x-gzip", "zstd"]

    private func answered(_ request: WebRequest) async throws(SluiceError) -> WebAnswer {
        do throws(WebFailure) {
            return try await transport.send(request, timeout: timeout)
        } catch {
            let what = "\(request.label): \(request.shown)"
            switch error {
            case .cancelled: throw SluiceError(.interrupted, "\(what) was cancelled")
            case .timedOut:
                throw SluiceError(.timedOut, "\(what) had no answer in \(timeout.components.seconds) s", isRetriable: true)
            case .unreachable(let reason):
                throw SluiceError(
                    .serviceUnreachable, "\(what) failed: \(reason)",
                    remedy: "check the address, and whether the service runs and takes connections", isRetriable: true)
            case .untrusted(let reason):
                throw SluiceError(
                    .untrustedService, "\(what): the host is not trusted: \(reason)",
                    remedy: "check the address; a certificate of your own has to be among those that the machine trusts")
            case .answerTooLong(let limit):
                throw SluiceError(.limitExceeded, "\(what) answered with more than \(limit) bytes", remedy: "ask for smaller pages")
            }
        }
    }

    // MARK: Pauses

    private func pauseOrGiveUp(_ history: inout History, _ error: SluiceError) async throws(SluiceError) {
        history.failures += 1
        guard history.failures < policy.attempts else { throw error }
        try await rest(policy.pause(behind: history.failures, isThrottled: false, random: pacing.random()))
    }

    /// The service asks for a pause, which holds for all requests of the account.
    private func obey(_ history: inout History, _ after: Duration?, _ error: SluiceError) async throws(SluiceError) {
        history.throttled += 1
        guard history.throttled < HTTPLimits.throttledAttempts else { throw error }
        let random = pacing.random()
        // No less than it says, and a little more, so that many who wait do not come at once.
        let pause =
            after.map { $0 + .milliseconds(Int64(random * 500)) }
            ?? policy.pause(behind: history.throttled, isThrottled: true, random: 0.5 + random / 2)
        limiter.pause(for: min(pause, HTTPLimits.longestPause))
        guard pause <= HTTPLimits.longestWait else {
            var spent = error
            spent.code = .quotaSpent
            spent.message += "; it asks for a pause of \(pause.components.seconds) s"
            spent.remedy = "run it again later: it goes on where it stopped"
            throw spent
        }
    }

    /// Waits, as between two looks at something that takes its time.
    package func rest(_ duration: Duration) async throws(SluiceError) {
        do {
            try await pacing.sleep(duration)
        } catch {
            throw SluiceError(.interrupted, "the wait for a service was cancelled", underlying: error)
        }
    }
}
