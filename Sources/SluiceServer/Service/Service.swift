package import SluiceCore

/// Who calls, as far as the credentials say; the options' account and region otherwise.
package struct Caller: Hashable, Sendable {
    /// Twelve digits.
    package let account: String
    package let region: String
    /// Nil for a request that is not signed.
    package let accessKey: String?

    package init(account: String, region: String, accessKey: String? = nil) {
        self.account = account
        self.region = region
        self.accessKey = accessKey
    }
}

/// One request to a service.
package struct ServiceRequest: Sendable {
    /// Told to the client as `x-amzn-RequestId`.
    package let id: String
    package let head: RequestHead
    package let caller: Caller
    package let body: RequestBody
    package let clock: WallClock
    /// Nil where no keys are configured, or the request is not signed.
    package let signature: VerifiedSignature?
}

/// How a service takes bodies.
package enum BodyIntake: Hashable, Sendable {
    /// The body is collected, and its signed hash checked, before the service is asked.
    case whole(upTo: Int)
    /// The service reads the body, and checks it against `ServiceRequest.signature`.
    case streamed
}

/// One of the services behind the port. The port knows them only by this.
package protocol Service: Sendable {
    /// The name that its requests are signed for, also in metrics and logs: `kinesis`.
    var name: String { get }
    var intake: BodyIntake { get }
    /// Whether the thread of a connection serves requests of an operation: they are short, and wait for the disk without it.
    ///
    /// - Parameter operation: As `operation(of:)` calls it.
    func isShort(_ operation: String) -> Bool
    /// Whether a request is for this service; asked in the order of registration.
    ///
    /// - Parameter service: The name in the credentials' scope; nil for an unsigned request.
    func takes(_ head: RequestHead, signedFor service: String?) -> Bool
    /// The operation's name for metrics and logs: one of a fixed set, whatever clients send.
    func operation(of head: RequestHead) -> String
    /// - Throws: `ServiceFault` for what the client is told; `LayerRefusal` from its body; any other error is a fault of the server.
    func respond(to request: ServiceRequest) async throws -> ServiceResponse
    /// How the service calls what the port refuses.
    func fault(for refusal: LayerRefusal) -> ServiceFault
    /// How errors are encoded.
    func response(to fault: ServiceFault, _ head: RequestHead, id: String) -> ServiceResponse
    /// Whether preflight requests go to the service instead of being answered by the port.
    var answersPreflight: Bool { get }
    /// Whether an unsigned request reaches the service although keys are configured.
    func isOpenToAll(_ head: RequestHead) -> Bool
    /// What of a request's resource stands in its host and not in its path: the bucket of `bucket.s3.localhost`.
    func hostResource(of head: RequestHead) -> String?
    /// Called when a test has moved the time of the services, before it is told so.
    func timeMoved() async
    /// Empties the state.
    func reset() async throws
    /// Called when the server ends: answers without an end must end soon.
    func drain()
    /// Called once, behind the last request.
    func close() async
}

extension Service {
    package func isShort(_ operation: String) -> Bool { false }
    package var answersPreflight: Bool { false }
    package func isOpenToAll(_ head: RequestHead) -> Bool { false }
    package func hostResource(of head: RequestHead) -> String? { nil }
    package func timeMoved() async {}
    package func drain() {}
    package func close() async {}
}
