import Crypto
import SluiceCore
import Synchronization

/// Checks Signature Version 4 of requests, in the header or in the query.
///
/// Source: AWS' reference "Create a signed AWS API request"; for the query and for bodies that are not signed, S3's "Authenticating Requests".
final class SignatureCheck: Sendable {
    /// Signing keys that are remembered; a client uses one a day.
    private static let rememberedKeys = 64

    private let secrets: [String: String]
    private let signingKeys = Mutex<[CredentialScope: SymmetricKey]>([:])

    /// - Parameter keys: Secrets by access key.
    init(keys: [String: String]) { secrets = keys }

    /// - Parameters:
    ///   - whole: The body where it was collected.
    ///   - service: The name that the request must be signed for.
    func verify(
        _ head: RequestHead, _ scope: CredentialScope?, whole: [UInt8]?, nowMicros: Int64, service: String
    ) throws(LayerRefusal) -> VerifiedSignature {
        guard let scope else {
            if head.headers["Authorization"] == nil { throw .unsigned }
            throw .malformedSignature("the Authorization header is not of the form AWS4-HMAC-SHA256 Credential=…")
        }
        guard let secret = secrets[scope.accessKey] else { throw .unknownKey(scope.accessKey) }
        guard scope.service == service else {
            throw .malformedSignature("Credential should be scoped to correct service: '\(service)'.")
        }
        let claim = try SignatureClaim(of: head)
        try claim.checkTime(scope, nowMicros: nowMicros)
        try claim.checkNames(of: head)
        let payload = try Self.payload(head, whole: whole)
        let key = signingKey(scope, secret)
        let canonical = Self.canonical(head, claim, payload, service)
        let digest = Hexadecimal.text(SHA256.hash(data: Array(canonical.utf8)))
        let text = "\(SignatureClaim.algorithm)\n\(claim.time)\n\(scope.text)\n\(digest)"
        let verified = VerifiedSignature(
            payload: Self.meaning(of: payload), time: claim.time, scope: scope.text, signature: claim.signature, key: key)
        guard Self.isSame(verified.sign(text), claim.signature) else { throw .wrongSignature }
        return verified
    }

    /// As `verify`, for an address of the older form.
    ///
    /// - Parameter bucket: What of the resource stands in the host.
    func verify(
        _ head: RequestHead, _ older: QuerySignature, bucket: String?, nowMicros: Int64
    ) throws(LayerRefusal) -> VerifiedSignature {
        guard let secret = secrets[older.accessKey] else { throw .unknownKey(older.accessKey) }
        return try older.verify(head, secret: secret, bucket: bucket, nowMicros: nowMicros)
    }

    // MARK: The body

    /// The hash, or what stands for it, as the canonical request has it.
    private static func payload(_ head: RequestHead, whole: [UInt8]?) throws(LayerRefusal) -> String {
        let said = head.headers["X-Amz-Content-Sha256"] ?? head.query["X-Amz-Content-Sha256"]
        guard let whole else { return said ?? "UNSIGNED-PAYLOAD" }
        if said == "UNSIGNED-PAYLOAD" { return "UNSIGNED-PAYLOAD" }
        let found = Hexadecimal.text(SHA256.hash(data: whole))
        if let said, said != found { throw .wrongPayloadHash }
        return found
    }

    private static func meaning(of payload: String) -> SignedPayload {
        if payload == "UNSIGNED-PAYLOAD" { return .unsigned }
        return payload.hasPrefix("STREAMING-") ? .chunks(payload) : .hash(payload)
    }

    // MARK: The steps of the signature

    private static func canonical(_ head: RequestHead, _ claim: SignatureClaim, _ payload: String, _ service: String) -> String {
        let path =
            service == "s3"
            ? PercentText.encode(head.path, keepsSlashes: true)
            : PercentText.encode(PercentText.normalize(head.rawPath), keepsSlashes: true)
        let query = head.query.list.filter { $0.name != "X-Amz-Signature" }
            .map { (PercentText.encode($0.name), PercentText.encode($0.value)) }.sorted { $0 < $1 }
        let fields = claim.names.map { name in
            let values = head.headers.all(String(name)).map { $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ") }
            return "\(name):\(values.joined(separator: ","))\n"
        }
        return [
            head.method, path, query.map { "\($0)=\($1)" }.joined(separator: "&"), fields.joined(),
            claim.names.joined(separator: ";"), payload,
        ].joined(separator: "\n")
    }

    private func signingKey(_ scope: CredentialScope, _ secret: String) -> SymmetricKey {
        if let key = signingKeys.withLock({ $0[scope] }) { return key }
        let key = scope.signingKey(secret)
        signingKeys.withLock { keys in
            if keys.count >= Self.rememberedKeys { keys.removeAll() }
            keys[scope] = key
        }
        return key
    }

    /// All bytes are looked at, so that the time does not tell how many are right.
    static func isSame(_ a: String, _ b: String) -> Bool {
        let (a, b) = (Array(a.utf8), Array(b.utf8))
        return a.count == b.count && zip(a, b).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
