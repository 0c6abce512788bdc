import SluiceAWS
import SluiceBuckets
import SluiceCore
import SluiceServer

extension S3Operation {
    static let uploads: [S3Operation] = [
        S3Operation("CreateMultipartUpload", "POST", .object, mark: "uploads", run: createMultipartUpload),
        S3Operation("UploadPartCopy", "PUT", .object, mark: "uploadId", header: "x-amz-copy-source", run: uploadPartCopy),
        S3Operation("UploadPart", "PUT", .object, mark: "uploadId", run: uploadPart),
        S3Operation("ListParts", "GET", .object, mark: "uploadId", run: listParts),
        S3Operation("CompleteMultipartUpload", "POST", .object, mark: "uploadId", run: completeMultipartUpload),
        S3Operation("AbortMultipartUpload", "DELETE", .object, mark: "uploadId", run: abortMultipartUpload),
    ]

    private static func abortMultipartUpload(_ call: S3Call) async throws -> ServiceResponse {
        let id = call.query["uploadId"] ?? ""
        let name = "x-amz-if-match-initiated-time"
        if let text = call.header(name) {
            guard let seconds = HTTPDate.seconds(text) else {
                throw ServiceFault.invalidArgument(name, text, "The time has to be in the form of HTTP dates.")
            }
            guard try call.store.upload(call.bucketName, call.key, id).startedMicros / 1_000_000 == seconds else {
                throw ServiceFault(BucketFailure.preconditionFailed(name), call.bucketName)
            }
        }
        try await call.store.abort(call.bucketName, call.key, id)
        return ServiceResponse(204, HeaderFields(), .none(length: nil))
    }

    private static func createMultipartUpload(_ call: S3Call) async throws -> ServiceResponse {
        let traits = try call.traits()
        var algorithm: ObjectChecksum.Algorithm?
        if let name = call.header("x-amz-checksum-algorithm") {
            guard let known = ObjectChecksum.Algorithm(rawValue: name.uppercased()) else {
                throw ServiceFault.invalidRequest("Checksum algorithm provided is unsupported.")
            }
            algorithm = known
        }
        let isDigest = algorithm == .sha1 || algorithm == .sha256
        var isComposite = algorithm != .crc64nvme
        switch call.header("x-amz-checksum-type")?.uppercased() {
        case nil: break
        case "COMPOSITE" where algorithm != nil && algorithm != .crc64nvme: isComposite = true
        case "FULL_OBJECT" where algorithm != nil && !isDigest: isComposite = false
        case let type?:
            throw ServiceFault.invalidRequest(
                "The \(type) checksum type cannot be used with the \(algorithm?.rawValue ?? "null") checksum algorithm.")
        }
        let upload = try await call.store.beginUpload(call.bucketName, call.key, traits, algorithm: algorithm, isComposite: isComposite)
        var headers = call.abortion(of: upload)
        if let algorithm {
            headers.append(("x-amz-checksum-algorithm", algorithm.rawValue))
            headers.append(("x-amz-checksum-type", isComposite ? "COMPOSITE" : "FULL_OBJECT"))
        }
        return XMLWriter("InitiateMultipartUploadResult") { document in
            document.add("Bucket", call.bucketName)
            document.add("Key", upload.key.text)
            document.add("UploadId", upload.id)
        }.response(200, headers)
    }

    private static func place(_ call: S3Call) throws -> (upload: BucketUpload, number: Int) {
        guard let text = call.query["partNumber"], let number = Int(text), (1...BucketLimits.parts).contains(number) else {
            throw ServiceFault.invalidArgument(
                "partNumber", call.query["partNumber"] ?? "", "Part number must be an integer between 1 and 10000, inclusive")
        }
        return (try call.store.upload(call.bucketName, call.key, call.query["uploadId"] ?? ""), number)
    }

    private static func uploadPart(_ call: S3Call) async throws -> ServiceResponse {
        try call.refuseUnsupported()
        let (upload, number) = try place(call)
        let declared = try ObjectBody(call).algorithm
        let (file, checksum) = try await ObjectBody.read(call, also: upload.algorithm)
        // S3 computes that of a part which has none for checksums of whole objects only.
        if let algorithm = upload.algorithm, declared.map({ $0 != algorithm }) ?? upload.isComposite {
            throw ServiceFault.invalidRequest(
                "Checksum Type mismatch occurred, expected checksum Type: \(algorithm.rawValue.lowercased()), actual checksum Type: \(declared?.rawValue.lowercased() ?? "null")"
            )
        }
        let part = try await call.store.putPart(call.bucketName, upload, number, file)
        var headers = HeaderFields([("ETag", "\"\(part.etag)\"")])
        if let checksum { headers.add(checksum.algorithm.header, checksum.value) }
        return ServiceResponse(200, headers, .bytes([]))
    }

    private static func uploadPartCopy(_ call: S3Call) async throws -> ServiceResponse {
        let (upload, number) = try place(call)
        let source = try await CopySource.open(call)
        var range = 0..<source.version.byteCount
        if let text = call.header("x-amz-copy-source-range") {
            range = try copiedRange(text, of: source.version.byteCount)
        }
        let file = call.store.newFile([upload.algorithm].compactMap { $0 })
        try await call.store.append(source.object, range, to: file)
        let part = try await call.store.putPart(call.bucketName, upload, number, file)
        let checksum = upload.algorithm.map { ObjectTraits.Checksum(ObjectChecksum($0, part.checksum), isComposite: false) }
        return CopySource.result("CopyPartResult", part.etag, part.modifiedMicros, checksum).response(200, source.headers(call))
    }

    /// `bytes=first-last`, within the source.
    private static func copiedRange(_ text: String, of count: Int64) throws(ServiceFault) -> Range<Int64> {
        let name = "x-amz-copy-source-range"
        let ends = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
        guard text.hasPrefix("bytes="), ends.count == 2, let first = ends[0], let last = ends[1], first <= last else {
            throw .invalidArgument(
                name, text,
                "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy"
            )
        }
        guard last < count else {
            throw .invalidArgument(name, text, "Range specified is not valid for source object of size: \(count)")
        }
        return first..<(last + 1)
    }

    private static func listParts(_ call: S3Call) async throws -> ServiceResponse {
        let upload = try call.store.upload(call.bucketName, call.key, call.query["uploadId"] ?? "")
        let limit = try call.number("max-parts", in: 0...1_000, default: 1_000)
        let after = try call.number("part-number-marker", in: 0...Int(Int32.max), default: 0)
        let parts = try call.store.parts(upload, after: after, limit: limit + 1)
        let page = parts.prefix(limit)
        return XMLWriter("ListPartsResult") { document in
            document.add("Bucket", call.bucketName)
            document.add("Key", upload.key.text)
            document.add("UploadId", upload.id)
            for name in ["Initiator", "Owner"] { document.add(name) { $0.add("ID", call.request.caller.account) } }
            document.add("StorageClass", "STANDARD")
            document.add("PartNumberMarker", Int64(after))
            document.add("NextPartNumberMarker", Int64(page.last?.number ?? 0))
            document.add("MaxParts", Int64(limit))
            document.add("IsTruncated", parts.count > limit)
            if let algorithm = upload.algorithm {
                document.add("ChecksumAlgorithm", algorithm.rawValue)
                document.add("ChecksumType", upload.isComposite ? "COMPOSITE" : "FULL_OBJECT")
            }
            for part in page {
                document.add("Part") { element in
                    element.add("PartNumber", Int64(part.number))
                    element.add("LastModified", S3Time.iso(part.modifiedMicros))
                    element.add("ETag", "\"\(part.etag)\"")
                    element.add("Size", part.byteCount)
                    if let algorithm = upload.algorithm { element.add(algorithm.element, part.checksum) }
                }
            }
        }.response(200, call.abortion(of: upload))
    }

    /// A completion may say again how the object's checksum is made.
    private static func checkChecksumType(_ call: S3Call, _ key: ObjectKey) throws {
        guard let type = call.header("x-amz-checksum-type")?.uppercased(),
            let upload = try? call.store.upload(call.bucketName, key, call.query["uploadId"] ?? ""), upload.algorithm != nil
        else { return }
        let own = upload.isComposite ? "COMPOSITE" : "FULL_OBJECT"
        guard type != own else { return }
        throw ServiceFault.invalidRequest(
            "The upload was created using the \(own) checksum mode. The complete request must use the same checksum mode.")
    }

    private static func completeMultipartUpload(_ call: S3Call) async throws -> ServiceResponse {
        let bucket = try call.store.bucket(call.bucketName)
        let key = try call.key
        // A checksum in a header is that of the object.
        let declared = try ObjectChecksum.declared(by: call, parts: true)
        let root = try await call.document("CompleteMultipartUpload", isObject: false)
        var parts: [NamedPart] = []
        for element in root.all("Part") {
            guard let number = element["PartNumber"].flatMap({ Int($0) }), let etag = element["ETag"] else {
                throw ServiceFault.malformedXML
            }
            let checksum = ObjectChecksum.Algorithm.allCases.compactMap { element[$0.element] }.first
            parts.append(NamedPart(number: number, etag: EntityTag.unquoted(etag), checksum: checksum))
        }
        guard !parts.isEmpty else { throw ServiceFault.malformedXML }
        try checkChecksumType(call, key)
        if let text = call.header("x-amz-mp-object-size"),
            let upload = try? call.store.upload(bucket.name, key, call.query["uploadId"] ?? "")
        {
            let numbers = Set(parts.map(\.number))
            let count = try call.store.parts(upload).filter { numbers.contains($0.number) }.reduce(0) { $0 + $1.byteCount }
            guard Int64(text) == count else {
                throw ServiceFault.invalidRequest("The provided 'x-amz-mp-object-size' header does not match what was computed")
            }
        }
        let done = try await call.store.complete(
            bucket.name, key, call.query["uploadId"] ?? "", parts, checksum: declared, if: try call.writeCondition())
        var headers = bucket.versioning == .never ? [] : [("x-amz-version-id", done.versionID)]
        if let version = try? call.store.info(bucket.name, key), version.etag == done.etag, let text = call.expiration(of: version) {
            headers.append(("x-amz-expiration", text))
        }
        return XMLWriter("CompleteMultipartUploadResult") { document in
            document.add("Location", call.address(of: key))
            document.add("Bucket", bucket.name)
            document.add("Key", key.text)
            document.add("ETag", "\"\(done.etag)\"")
            if let checksum = done.checksum {
                document.add(checksum.value.algorithm.element, checksum.value.value)
                document.add("ChecksumType", checksum.isComposite ? "COMPOSITE" : "FULL_OBJECT")
            }
        }.response(200, headers)
    }
}
