import SluiceAWS
import SluiceBuckets
import SluiceServer

extension S3Operation {
    static let reads: [S3Operation] = [
        S3Operation("GetObjectAttributes", "GET", .object, mark: "attributes", run: ObjectAttributes.get),
        S3Operation("GetObjectAcl", "GET", .object, mark: "acl") { call in
            _ = try await call.store.open(call.bucketName, call.key, version: call.versionID)
            return S3Settings.acl(call.request.caller.account).response()
        },
        S3Operation("GetObjectLegalHold", "GET", .object, mark: "legal-hold") { _ in throw S3Settings.noLock },
        S3Operation("GetObjectRetention", "GET", .object, mark: "retention") { _ in throw S3Settings.noLock },
        S3Operation("GetObject", "GET", .object, publicAction: "s3:GetObject", versionAction: "s3:GetObjectVersion") { try await read($0) },
        S3Operation("HeadObject", "HEAD", .object, publicAction: "s3:GetObject", versionAction: "s3:GetObjectVersion") {
            try await read($0)
        },
    ]

    /// The answer to GET; the port leaves the bytes out for HEAD.
    static func read(_ call: S3Call, status: Int = 200, key: ObjectKey? = nil) async throws -> ServiceResponse {
        let object = try await call.store.open(call.bucketName, key ?? call.key, version: call.versionID)
        let version = object.version
        try ReadConditions.check(version, call)
        let chosen = try Chosen(version, call)
        let range = chosen.range
        var headers = try ObjectHeaders.all(version, call, checksum: chosen.checksum)
        call.addExpiration(of: version, to: &headers)
        if let count = chosen.partCount { headers.add("x-amz-mp-parts-count", "\(count)") }
        if let range {
            headers.add(
                "Content-Range", "bytes \(range.isEmpty ? "*" : "\(range.lowerBound)-\(range.upperBound - 1)")/\(version.byteCount)")
        }
        let bytes = range ?? 0..<version.byteCount
        let body: ServiceResponse.Body
        if call.request.head.method == "HEAD" {
            body = .none(length: bytes.count)
        } else if range == nil, version.byteCount <= S3ServiceLimits.heldAnswerBytes {
            body = .bytes(try object.bytes())
        } else {
            body = .file(FileRange(OpenFile(taking: object.takeDescriptor()), Int(bytes.lowerBound)..<Int(bytes.upperBound)))
        }
        return ServiceResponse(range == nil ? status : 206, headers, body)
    }
}

/// The bytes of an object that are asked for.
private struct Chosen {
    /// Nil: all of them.
    var range: Range<Int64>?
    /// Of how many parts one is asked for.
    var partCount: Int?
    /// What holds for these bytes: of the object, or of its part.
    var checksum: ObjectTraits.Checksum?

    init(_ version: ObjectVersion, _ call: S3Call) throws(ServiceFault) {
        let traits = version.traits
        guard let text = call.query["partNumber"] else {
            let condition = call.header("If-Range").map(EntityTag.unquoted)
            if condition == nil || condition == version.etag { range = try ByteRange.range(call.header("Range"), of: version.byteCount) }
            if range == nil { checksum = traits.checksum }
            return
        }
        guard let number = Int(text), (1...BucketLimits.parts).contains(number) else {
            throw .invalidArgument("partNumber", text, "Part number must be an integer between 1 and 10000, inclusive")
        }
        guard call.header("Range") == nil else { throw .invalidRequest("Cannot specify both Range header and partNumber query parameter") }
        let sizes = traits.partBytes
        guard number <= max(1, sizes.count) else {
            throw ServiceFault(416, "InvalidPartNumber", "The requested partnumber is not satisfiable")
        }
        guard !sizes.isEmpty else {
            range = version.byteCount == 0 ? nil : 0..<version.byteCount
            checksum = traits.checksum
            return
        }
        let start = sizes[..<(number - 1)].reduce(0, +)
        range = start..<(start + sizes[number - 1])
        partCount = sizes.count
        guard let whole = traits.checksum, number <= traits.partChecksums.count else { return }
        checksum = .init(
            ObjectChecksum(whole.value.algorithm, traits.partChecksums[number - 1]), isComposite: whole.isComposite)
    }
}
