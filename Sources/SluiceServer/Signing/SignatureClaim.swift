/// What a request says of its signature beside the credential, in the header or in the query.
///
/// Source: AWS' reference "Create a signed AWS API request"; for the query, S3's "Authenticating Requests: Using Query Parameters".
struct SignatureClaim: Sendable {
    static let algorithm = "AWS4-HMAC-SHA256"
    /// Where headers of a service begin: a service obeys them, so that none may come unsigned.
    private static let ownPrefix = "x-amz-"
    /// The header whose value is a line of its own in what is signed, whatever names stand there; clients leave it out of presigned addresses.
    private static let payloadHash = "x-amz-content-sha256"

    /// `20260101T000000Z`
    let time: String
    /// Names of the headers that are signed, as they were sent.
    let names: [Substring]
    let signature: String
    /// Seconds that it holds; nil for one in the header.
    let life: Int64?

    /// - Throws: `malformedSignature`, `malformedAddress`.
    init(of head: RequestHead) throws(LayerRefusal) {
        if let header = head.headers["Authorization"] {
            guard let names = Self.part("SignedHeaders=", of: header) else {
                throw .malformedSignature("Authorization header requires 'SignedHeaders' parameter.")
            }
            guard let signature = Self.part("Signature=", of: header) else {
                throw .malformedSignature("Authorization header requires 'Signature' parameter.")
            }
            guard let time = head.headers["X-Amz-Date"] else {
                throw .malformedSignature("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
            }
            (self.time, self.names, self.signature, life) = (time, names.split(separator: ";"), signature, nil)
        } else {
            let query = head.query
            guard let algorithm = query["X-Amz-Algorithm"], let time = query["X-Amz-Date"], let names = query["X-Amz-SignedHeaders"],
                let signature = query["X-Amz-Signature"], let life = query["X-Amz-Expires"]
            else {
                throw .malformedAddress(
                    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, "
                        + "X-Amz-SignedHeaders, and X-Amz-Expires parameters.")
            }
            guard algorithm == Self.algorithm else { throw .malformedAddress("X-Amz-Algorithm only supports \"\(Self.algorithm)\"") }
            (self.time, self.names, self.signature) = (time, Substring(names).split(separator: ";"), signature)
            self.life = try Self.seconds(life)
        }
    }

    private static func part(_ name: String, of header: String) -> String? {
        // `Signature=` is no end of another name here, so each is looked for behind a separator.
        for piece in header.split(whereSeparator: { $0 == "," || $0 == " " }) where piece.hasPrefix(name) {
            return String(piece.dropFirst(name.count))
        }
        return nil
    }

    private static func seconds(_ text: String) throws(LayerRefusal) -> Int64 {
        guard let seconds = Int64(text) else { throw .malformedAddress("X-Amz-Expires should be a number") }
        guard seconds >= 0 else { throw .malformedAddress("X-Amz-Expires must be non-negative") }
        guard seconds <= PortLimits.presignedSeconds else {
            throw .malformedAddress(
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
                    + "\(PortLimits.presignedSeconds) seconds")
        }
        return seconds
    }

    // MARK: Checks

    /// - Throws: `malformedSignature`, `malformedAddress`, `skewedClock`, `expiredAddress`.
    func checkTime(_ scope: CredentialScope, nowMicros: Int64) throws(LayerRefusal) {
        guard let made = SignatureTime.micros(time), time.hasPrefix(scope.day) else {
            if life != nil { throw .malformedAddress("X-Amz-Date must be in the ISO8601 Long Format, and of the day in X-Amz-Credential") }
            throw .malformedSignature("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP")
        }
        let skew = PortLimits.clockSkewSeconds * 1_000_000
        if let life {
            if made > nowMicros + skew { throw .skewedClock }
            if made + life * 1_000_000 < nowMicros { throw .expiredAddress }
        } else if abs(nowMicros - made) > skew {
            throw .skewedClock
        }
    }

    /// Whether the host and all headers that a service obeys are signed: whoever has a signed request must not be able to add one.
    ///
    /// - Throws: `malformedSignature`, `unsignedHeaders`.
    func checkNames(of head: RequestHead) throws(LayerRefusal) {
        guard names.contains("host") || head.headers["Host"] == nil else {
            throw .malformedSignature("'Host' must be a 'SignedHeader' in the AWS Authorization.")
        }
        var unsigned: [String] = []
        for field in head.headers.list {
            let name = field.name.lowercased()
            guard name.hasPrefix(Self.ownPrefix), name != Self.payloadHash, !names.contains(Substring(name)) else { continue }
            if !unsigned.contains(name) { unsigned.append(name) }
        }
        if !unsigned.isEmpty { throw .unsignedHeaders(unsigned) }
    }
}
