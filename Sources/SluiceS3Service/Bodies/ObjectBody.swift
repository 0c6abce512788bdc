import SluiceAWS
import SluiceBuckets
import SluiceCore
import SluiceServer

/// The body of a request as the client means it: chunks taken apart, and everything checked that the request says of it.
struct ObjectBody {
    private let body: RequestBody
    private var decoder: ChunkDecoder?
    /// What `x-amz-content-sha256` says, where it is a hash.
    private var signedHash: String?
    private var digest: PayloadDigest?
    private var md5: [UInt8]?
    /// Declared of the whole, in a header.
    private(set) var declared: ObjectChecksum?
    /// Declared in a trailing header.
    private var trailing: ObjectChecksum.Algorithm?
    /// Asked for, without a value.
    private var wanted: ObjectChecksum.Algorithm?
    private var expectedBytes: Int64?
    private var seenBytes: Int64 = 0

    /// - Parameter isObject: Whether checksums in headers are of the body, and not of an object that is made of others.
    /// - Throws: `InvalidDigest`, `InvalidRequest`, `EntityTooLarge`, `XAmzContentSHA256Mismatch`.
    init(_ call: S3Call, isObject: Bool = true) throws(ServiceFault) {
        body = call.request.body
        let payload = call.header("x-amz-content-sha256") ?? ""
        expectedBytes = call.request.head.contentLength.map(Int64.init)
        if payload.hasPrefix("STREAMING-") {
            try beginChunks(call, payload)
        } else if !payload.isEmpty, payload != "UNSIGNED-PAYLOAD" {
            guard payload.utf8.count == 64 else {
                throw .invalidArgument(
                    "x-amz-content-sha256", payload,
                    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD or a valid sha256 value.")
            }
            signedHash = payload
            digest = PayloadDigest()
        }
        if let expectedBytes, expectedBytes > S3ServiceLimits.uploadedBytes {
            throw ServiceFault(
                400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size",
                details: [("ProposedSize", "\(expectedBytes)"), ("MaxSizeAllowed", "\(S3ServiceLimits.uploadedBytes)")])
        }
        if let text = call.header("Content-MD5") {
            guard let bytes = Base64.decode(text.utf8), bytes.count == 16 else {
                throw ServiceFault(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
            }
            md5 = bytes
        }
        if isObject { try readChecksums(call) }
    }

    private static let noLength = ServiceFault(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")

    private mutating func beginChunks(_ call: S3Call, _ payload: String) throws(ServiceFault) {
        guard let length = call.header("x-amz-decoded-content-length").flatMap({ Int64($0) }), length >= 0 else {
            throw Self.noLength
        }
        expectedBytes = length
        let isSigned = payload.hasPrefix("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
        guard isSigned || payload == "STREAMING-UNSIGNED-PAYLOAD-TRAILER" else {
            throw .notImplemented("x-amz-content-sha256: \(payload)")
        }
        let verified = isSigned ? call.request.signature : nil
        decoder = ChunkDecoder(verified.map { ChunkSignatures($0, hasTrailers: payload.hasSuffix("-TRAILER")) })
    }

    private mutating func readChecksums(_ call: S3Call) throws(ServiceFault) {
        declared = try ObjectChecksum.declared(by: call)
        if let names = call.header("x-amz-trailer") {
            trailing = ObjectChecksum.Algorithm.allCases.first { names.lowercased() == $0.header }
            guard trailing != nil, decoder != nil else {
                throw .invalidRequest("The value specified in the x-amz-trailer header is not supported")
            }
        }
        if let name = call.header("x-amz-sdk-checksum-algorithm") ?? call.header("x-amz-checksum-algorithm"), declared == nil,
            trailing == nil
        {
            guard let algorithm = ObjectChecksum.Algorithm(rawValue: name.uppercased()) else {
                throw .invalidRequest(
                    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"
                )
            }
            wanted = algorithm
        }
    }

    /// The checksum that the request declares or asks for.
    var algorithm: ObjectChecksum.Algorithm? { declared?.algorithm ?? trailing ?? wanted }
    var algorithms: [ObjectChecksum.Algorithm] { algorithm.map { [$0] } ?? [] }

    /// Further bytes; nil at the end.
    ///
    /// - Throws: `IncompleteBody`, what the port throws where the client went away.
    mutating func next() async throws -> [UInt8]? {
        while let part = try await body.next() {
            let bytes: [UInt8]
            if decoder != nil {
                var failure: ServiceFault?
                bytes = part.withUnsafeBytes { raw in
                    do throws(ServiceFault) { return try decoder?.take(raw) ?? [] } catch {
                        failure = error
                        return []
                    }
                }
                if let failure { throw failure }
            } else {
                bytes = part.bytes
            }
            seenBytes += Int64(bytes.count)
            guard seenBytes <= expectedBytes ?? S3ServiceLimits.uploadedBytes else { throw ChunkDecoder.broken }
            digest?.update(bytes)
            if !bytes.isEmpty { return bytes }
        }
        try decoder?.finish()
        if let expectedBytes, seenBytes != expectedBytes { throw ChunkDecoder.broken }
        return nil
    }

    /// Checks all that was declared, behind the last byte.
    ///
    /// - Throws: `BadDigest`, `XAmzContentSHA256Mismatch`, `InvalidRequest` for a trailing header that did not come.
    func check(_ digests: BodyDigests) throws(ServiceFault) {
        if let signedHash, let digest {
            let found = Hexadecimal.text(digest.bytes)
            guard found == signedHash.lowercased() else {
                throw ServiceFault(
                    400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.",
                    details: [("ClientComputedContentSHA256", signedHash), ("S3ComputedContentSHA256", found)])
            }
        }
        if let md5, md5 != digests.md5 {
            throw ServiceFault(400, "BadDigest", "The Content-MD5 you specified did not match what we received.")
        }
        var declared = declared
        if let trailing {
            guard let value = decoder?.trailers.first(where: { $0.name == trailing.header })?.value else {
                throw .invalidRequest("The trailing header \(trailing.header) is missing.")
            }
            declared = ObjectChecksum(trailing, value)
        }
        guard let declared else { return }
        guard digests.checksums.contains(declared) else {
            throw ServiceFault(
                400, "BadDigest", "The \(declared.algorithm.rawValue) you specified did not match the calculated checksum.")
        }
    }

    /// Reads the body into a file of the store and checks it.
    ///
    /// - Throws: `MissingContentLength` for one of which nobody says how long it is.
    static func read(
        _ call: S3Call, also algorithm: ObjectChecksum.Algorithm? = nil
    ) async throws -> (file: NewFile, checksum: ObjectChecksum?) {
        let isBounded = call.request.head.contentLength != nil || call.header("Transfer-Encoding") != nil
        guard isBounded else { throw noLength }
        var body = try ObjectBody(call)
        let own = body.algorithm
        let file = call.store.newFile(Array(Set([own, algorithm].compactMap { $0 })))
        while let bytes = try await body.next() { try await call.store.append(bytes, to: file) }
        let digests = file.digests
        try body.check(digests)
        return (file, digests.checksums.first { $0.algorithm == own ?? algorithm })
    }
}

extension ObjectChecksum {
    /// What the one header `x-amz-checksum-` of a request says.
    ///
    /// - Parameter parts: Whether `-` and the number of an object's parts may follow.
    /// - Throws: `InvalidRequest`.
    static func declared(by call: S3Call, parts: Bool = false) throws(ServiceFault) -> ObjectChecksum? {
        var declared: ObjectChecksum?
        for algorithm in Algorithm.allCases {
            guard let value = call.header(algorithm.header) else { continue }
            guard declared == nil else {
                throw .invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
            }
            let digest = parts ? value.prefix { $0 != "-" } : value[...]
            guard Base64.decode(digest.utf8)?.count == algorithm.byteCount else {
                throw .invalidRequest("Value for \(algorithm.header) header is invalid.")
            }
            declared = ObjectChecksum(algorithm, value)
        }
        return declared
    }
}

extension ObjectChecksum.Algorithm {
    var byteCount: Int {
        switch self {
        case .crc32, .crc32c: 4
        case .crc64nvme: 8
        case .sha1: 20
        case .sha256: 32
        }
    }
}
