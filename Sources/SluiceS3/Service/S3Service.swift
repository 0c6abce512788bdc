package import SluiceAWS
package import SluiceCore
import Synchronization

/// Calls about one bucket and its objects: addressed, signed, within a time and a size, and made again where that helps.
package final class S3Service: Sendable {
    private static let usualRegion = "us-east-1"

    private struct State {
        var region: String
        /// Where the bucket is, as the last refusal said.
        var saidRegion: String?
    }

    package let bucket: String
    package let site: S3Site
    private let transport: any HTTPTransport
    private let pacer: RetryPacer
    private let signing: SigningState
    /// Nil: the one of the region.
    private let givenEndpoint: AWSEndpoint?
    private let timeScale: Double
    private let state: Mutex<State>

    /// - Parameters:
    ///   - settings: What the environment and shared files say, beside the site's own options; for tests.
    ///   - timeScale: Shortens the times that calls may take, for tests.
    /// - Throws: `noCredentials`, `invalidOption`: what the settings lack.
    package init(
        bucket: String, site: S3Site, settings: AWSSettings? = nil, transport: any HTTPTransport = HTTPClientTransport(),
        pacer: RetryPacer = RetryPacer(clock: EventLoopClock()), clock: WallClock = .system, timeScale: Double = 1
    ) throws(SluiceError) {
        self.bucket = bucket
        self.site = site
        self.transport = transport
        self.pacer = pacer
        self.timeScale = timeScale
        let settings = settings ?? site.settings
        signing = try SigningState(settings, clock: clock, isAnonymous: site.isAnonymous)
        givenEndpoint = try settings.hasEndpoint(of: "s3") ? settings.endpoint(of: "s3") : nil
        state = Mutex(State(region: try settings.regionIfSet() ?? Self.usualRegion))
    }

    /// The address of the service, without the bucket.
    package var address: String { endpoint().description }

    /// The place of an object, for messages.
    func location(_ key: String) -> SourceLocation { .file(path: S3Location(bucket: bucket, key: key).description) }

    /// Makes a call until it succeeds, fails for good, or was made as often as the policy allows.
    ///
    /// - Throws: What the service's error means, placed at the object.
    func send(_ request: S3Request) async throws(SluiceError) -> HTTPAnswer {
        try await pacer.repeating { () async throws(ServiceFailure) in
            try await self.once(request)
        } renew: { failure in
            self.signing.renew(after: failure) || self.move(after: failure)
        } meaning: { failure, attempts in
            failure.error("s3 \(request.operation)", self.endpoint(), codes: S3Codes.all, attempts: attempts)
                .located(at: self.location(request.key))
        }
    }

    private func once(_ request: S3Request) async throws(ServiceFailure) -> HTTPAnswer {
        let call = call(request)
        let answer: HTTPAnswer
        do throws(HTTPFailure) {
            answer = try await transport.send(call)
        } catch {
            throw ServiceFailure(error, timeout: call.timeout)
        }
        signing.note(answer.headers)
        guard (200..<300).contains(answer.status) else {
            let (failure, region) = S3Failure.failure(answer, method: request.method)
            state.withLock { $0.saidRegion = region }
            throw failure
        }
        if request.mayFailLate, let failure = S3Failure.lateFailure(answer) { throw failure }
        return answer
    }

    // MARK: Addresses

    private var usesPathStyle: Bool { site.usesPathStyle ?? (givenEndpoint != nil || !S3Location.isHostLabel(bucket)) }

    private func endpoint() -> AWSEndpoint { givenEndpoint ?? AWSEndpoint(service: "s3", region: state.withLock { $0.region }) }

    private func call(_ request: S3Request) -> HTTPCall {
        let region = state.withLock { $0.region }
        let endpoint = endpoint()
        let host = usesPathStyle ? endpoint : endpoint.subdomain(bucket)
        // Over TLS nobody can change the body on its way; elsewhere the signature holds for it, too.
        let body = request.body ?? []
        let plain = SignableRequest(
            request.method, path: (usesPathStyle ? "/" + bucket : "") + "/" + request.key, query: request.query,
            headers: [.init("Host", host.host), .init("User-Agent", "sluice/\(Release.version)")] + request.headers,
            payload: host.scheme == .https && !body.isEmpty ? .unsigned : .bytes(body))
        return HTTPCall(
            endpoint: host, request: signing.signed(plain, region: region, service: "s3", pathStyle: .plain),
            timeout: request.timeout * timeScale, answerBytes: request.answerBytes, body: request.body)
    }

    /// Takes the region that the service says the bucket is in.
    private func move(after failure: ServiceFailure) -> Bool {
        let types: Set<String> = [
            "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "BadRequest",
            "IncorrectEndpoint",
        ]
        guard let type = failure.type, types.contains(type) else { return false }
        return state.withLock { state in
            guard let region = state.saidRegion, region != state.region, (1...64).contains(region.utf8.count),
                region.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) })
            else { return false }
            state.region = region
            return true
        }
    }
}
