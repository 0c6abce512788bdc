package import SluiceCore

/// What one call of a service failed with, as the service or the connection said it.
package struct ServiceFailure: Error, Hashable, Sendable {
    /// What happened, with what was said about it.
    package enum Kind: Hashable, Sendable {
        /// The service answered with an error: the name of its type, such as `ResourceNotFoundException`, and its text.
        case refused(status: Int, type: String, message: String)
        /// The answer is none of the API; with the beginning of it.
        case malformed(status: Int, String)
        case unreachable(String)
        case timedOut(Duration)
        case tooLong(limit: Int)
        /// A stream of events ended inside one, or brought what is none.
        case broken(EventDecoder.Failure)
        case cancelled
    }

    package var kind: Kind
    package var requestID: String?

    /// The type that the service named.
    package var type: String? { if case .refused(_, let type, _) = kind { type } else { nil } }

    /// Too many calls or bytes in a time.
    package var isThrottled: Bool {
        guard case .refused(let status, let type, _) = kind else { return false }
        return status == 429 || Self.throttlingTypes.contains(type)
    }

    /// Whether the same call may succeed later.
    package var isRetriable: Bool {
        switch kind {
        case .refused(let status, let type, _): isThrottled || status >= 500 || Self.passingTypes.contains(type)
        case .malformed(let status, _): status == 429 || status >= 500
        case .unreachable, .timedOut, .broken: true
        case .tooLong, .cancelled: false
        }
    }

    /// Names that services give it (the list of the AWS SDKs and Tools reference guide, "Retry behavior").
    private static let throttlingTypes: Set<String> = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "TooManyRequestsException",
        "ProvisionedThroughputExceededException", "TransactionInProgressException", "RequestLimitExceeded", "BandwidthLimitExceeded",
        "LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete", "KMSThrottlingException",
    ]

    /// Names of failures of the way to the service, or of the moment, that have a status of the client's own errors (S3's "Error responses").
    private static let passingTypes: Set<String> = [
        "RequestTimeout", "RequestTimeoutException", "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch",
        "IncompleteBody", "OperationAborted",
    ]

    /// The answer of a call that did not succeed: `__type` and `message` of JSON-1.1, or the header `x-amzn-ErrorType`.
    init(_ answer: HTTPAnswer) {
        requestID = answer.headers["x-amzn-requestid"] ?? answer.headers["x-amz-request-id"]
        let node = try? JSONParser.parse(answer.body)
        let named = node?["__type"]?.string ?? node?["code"]?.string ?? answer.headers["x-amzn-errortype"]
        guard let named else {
            let start = String(decoding: answer.body.prefix(AWSLimits.quotedBytes), as: UTF8.self)
            kind = .malformed(status: answer.status, start)
            return
        }
        // `com.amazonaws.kinesis#ResourceNotFoundException:http://…` names the type between the marks.
        let type = named.prefix { $0 != ":" }.split(separator: "#").last.map(String.init) ?? named
        kind = .refused(status: answer.status, type: type, message: node?["message"]?.string ?? node?["Message"]?.string ?? "")
    }

    package init(_ kind: Kind, requestID: String? = nil) {
        self.kind = kind
        self.requestID = requestID
    }

    /// - Parameter timeout: What was waited for where the time is over.
    package init(_ failure: HTTPFailure, timeout: Duration) {
        switch failure {
        case .unreachable(let reason): kind = .unreachable(reason)
        case .timedOut: kind = .timedOut(timeout)
        case .answerTooLong(let limit): kind = .tooLong(limit: limit)
        case .cancelled: kind = .cancelled
        }
    }
}

extension ServiceFailure {
    /// The failure for a person: the call, what the service said, the request's id, and what to do.
    ///
    /// - Parameters:
    ///   - codes: Codes of the service's own error types.
    ///   - attempts: How often the call was made.
    package func error(_ operation: String, _ endpoint: AWSEndpoint, codes: [String: SluiceError.Code], attempts: Int) -> SluiceError {
        let times = attempts > 1 ? " after \(attempts) attempts" : ""
        let request = requestID.map { ", request id \(Self.shown($0))" } ?? ""
        func error(_ code: SluiceError.Code, _ text: String, _ remedy: String?) -> SluiceError {
            SluiceError(code, "\(operation) \(text)\(times)", remedy: remedy, isRetriable: isRetriable)
        }
        switch kind {
        case .refused(let status, let type, let message):
            let said = message.isEmpty ? "" : ": \(Self.shown(message))"
            let (code, remedy) = Self.meaning(of: type, status, codes)
            return error(code, "was refused with \(Self.shown(type))\(said) (\(endpoint)\(request))", remedy)
        case .malformed(let status, let start):
            return error(
                .serviceFailed,
                "got an answer of status \(status) that is none of the service: \(start.quotedForMessage) (\(endpoint)\(request))",
                "check that the endpoint is the service's")
        case .unreachable(let reason):
            return error(
                .serviceUnreachable, "did not reach \(endpoint): \(Self.shown(reason))", "check the network, the region and the endpoint")
        case .timedOut(let limit): return error(.timedOut, "got no answer from \(endpoint) in \(limit)", "try again later")
        case .tooLong(let limit): return error(.serviceFailed, "got an answer of more than \(limit) bytes from \(endpoint)", nil)
        case .broken(let failure):
            return error(.serviceFailed, "got a broken stream of events from \(endpoint)\(request): \(failure.text)", nil)
        case .cancelled: return error(.interrupted, "was cancelled", nil)
        }
    }

    /// What the types mean that all services share (Common Errors of the APIs' references).
    private static func meaning(
        of type: String, _ status: Int, _ codes: [String: SluiceError.Code]
    ) -> (code: SluiceError.Code, remedy: String?) {
        switch type {
        case _ where codes[type] != nil: (codes[type] ?? .serviceFailed, nil)
        case "UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", "InvalidToken", "IncompleteSignature",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException", "IncompleteSignatureException", "ExpiredToken", "ExpiredTokenException":
            (.credentialsRefused, "check the credentials and the region; temporary credentials expire")
        case "InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired", "RequestTimeTooSkewed":
            (.credentialsRefused, "check the secret access key, and that this machine's clock is right")
        case "AccessDenied", "AccessDeniedException", "NotAuthorized", "OptInRequired", "UnauthorizedOperation",
            "AllAccessDisabled", "AccountProblem":
            (.accessDenied, "let the policy of these credentials allow the call")
        case "ValidationException", "ValidationError", "InvalidArgumentException", "InvalidParameterValue", "SerializationException":
            (.invalidArgument, nil)
        case "UnknownOperationException", "InvalidAction", "NotImplemented":
            (.serviceFailed, "the service at this address has no such call")
        default: (.serviceFailed, status >= 500 ? "try again later" : nil)
        }
    }

    /// Text of a service as a message shows it: without control characters, and not endless.
    private static func shown(_ text: String) -> String {
        var shown = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            if count == 300 { return shown + "…" }
            shown += scalar.properties.generalCategory == .control ? " " : String(scalar)
        }
        return shown
    }
}
