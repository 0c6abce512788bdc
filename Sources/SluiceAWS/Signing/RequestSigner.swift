import Crypto
import SluiceCore

/// Signs requests with Signature Version 4.
///
/// Source: AWS' reference "Create a signed AWS API request", and for the query form and unsigned payloads S3's "Authenticating Requests".
package struct RequestSigner: Sendable {
    /// How a service's paths become canonical.
    package enum PathStyle: Sendable {
        /// Normalised, and encoded once more than in the request line.
        case normalized
        /// As in the request line (S3).
        case plain
    }

    private static let algorithm = "AWS4-HMAC-SHA256"
    private static let unsignedPayload = "UNSIGNED-PAYLOAD"
    /// Headers that proxies change or that a client adds after signing.
    private static let unsignedHeaders: Set<String> = ["authorization", "connection", "expect", "user-agent", "x-amzn-trace-id"]

    package let credentials: AWSCredentials
    package let region: String
    package let service: String
    package let pathStyle: PathStyle

    package init(_ credentials: AWSCredentials, region: String, service: String, pathStyle: PathStyle = .normalized) {
        self.credentials = credentials
        self.region = region
        self.service = service
        self.pathStyle = pathStyle
    }

    /// The request with the headers `X-Amz-Date`, `X-Amz-Security-Token` for temporary credentials, and `Authorization`; plain paths also
    /// with `X-Amz-Content-Sha256`, which S3 wants.
    ///
    /// - Parameter nowMicros: Since 1970; services accept five minutes of difference to their clocks.
    package func signed(_ request: SignableRequest, nowMicros: Int64) -> SignableRequest {
        var request = request
        let time = SigningTime(micros: nowMicros)
        request.headers.append(.init("X-Amz-Date", time.text))
        if let token = credentials.sessionToken { request.headers.append(.init("X-Amz-Security-Token", token)) }
        if pathStyle == .plain { request.headers.append(.init("X-Amz-Content-Sha256", Self.payloadHash(request.payload))) }
        let signature = signature(of: request, time)
        request.headers.append(
            .init(
                "Authorization",
                "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(scope(time)), SignedHeaders=\(Self.signedNames(request)), "
                    + "Signature=\(signature)"))
        return request
    }

    /// The request with the signature in its query: an address that anybody can use until it expires. Its headers must be sent with it.
    ///
    /// - Parameter lifeSeconds: 1 to 604,800.
    package func presigned(_ request: SignableRequest, lifeSeconds: Int, nowMicros: Int64) -> SignableRequest {
        precondition(AWSLimits.presignedSeconds.contains(lifeSeconds), "a signed address lives 1 to 604800 seconds, not \(lifeSeconds)")
        var request = request
        let time = SigningTime(micros: nowMicros)
        request.query += [
            .init("X-Amz-Algorithm", Self.algorithm), .init("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope(time))"),
            .init("X-Amz-Date", time.text), .init("X-Amz-Expires", String(lifeSeconds)),
        ]
        if let token = credentials.sessionToken { request.query.append(.init("X-Amz-Security-Token", token)) }
        request.query.append(.init("X-Amz-SignedHeaders", Self.signedNames(request)))
        request.query.append(.init("X-Amz-Signature", signature(of: request, time)))
        return request
    }

    // MARK: The steps of the signature

    private func scope(_ time: SigningTime) -> String { "\(time.day)/\(region)/\(service)/aws4_request" }

    private func signature(of request: SignableRequest, _ time: SigningTime) -> String {
        let digest = Hexadecimal.text(SHA256.hash(data: Array(canonical(request).utf8)))
        let text = [Self.algorithm, time.text, scope(time), digest].joined(separator: "\n")
        var key = SymmetricKey(data: Array("AWS4\(credentials.secretAccessKey)".utf8))
        for part in [time.day, region, service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        return Hexadecimal.text(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }

    /// Method, path, query, headers, names of the signed headers and hash of the payload, each on its line.
    func canonical(_ request: SignableRequest) -> String {
        let path = request.path.isEmpty ? "/" : request.path
        let once = PercentText.encode(pathStyle == .normalized ? PercentText.normalize(path) : path, keepsSlashes: true)
        let query = request.query.map { (PercentText.encode($0.name), PercentText.encode($0.value)) }.sorted { $0 < $1 }
        return [
            request.method, pathStyle == .normalized ? PercentText.encode(once, keepsSlashes: true) : once,
            query.map { "\($0)=\($1)" }.joined(separator: "&"),
            Self.signedHeaders(request).map { "\($0.name):\($0.value)\n" }.joined(), Self.signedNames(request),
            Self.payloadHash(request.payload),
        ].joined(separator: "\n")
    }

    private static func signedNames(_ request: SignableRequest) -> String {
        signedHeaders(request).map(\.name).joined(separator: ";")
    }

    /// In the order of their lower-case names; values of one name joined, each with single blanks.
    private static func signedHeaders(_ request: SignableRequest) -> [SignableRequest.Header] {
        var values: [String: [String]] = [:]
        for header in request.headers where !unsignedHeaders.contains(header.name.lowercased()) {
            let value = header.value.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\n" }).joined(separator: " ")
            values[header.name.lowercased(), default: []].append(value)
        }
        return values.keys.sorted().map { SignableRequest.Header($0, values[$0, default: []].joined(separator: ",")) }
    }

    private static func payloadHash(_ payload: SignableRequest.Payload) -> String {
        switch payload {
        case .bytes(let bytes): Hexadecimal.text(SHA256.hash(data: bytes))
        case .unsigned: unsignedPayload
        }
    }
}
