import SluiceAWS
import SluiceBuckets
import SluiceCore
import SluiceServer

extension S3Operation {
    static let listings: [S3Operation] = [
        S3Operation("ListObjectsV2", "GET", .bucket, mark: "list-type", publicAction: "s3:ListBucket", run: listObjectsV2),
        S3Operation("ListObjectVersions", "GET", .bucket, mark: "versions", run: listObjectVersions),
        S3Operation("ListMultipartUploads", "GET", .bucket, mark: "uploads", run: listMultipartUploads),
        S3Operation("ListObjects", "GET", .bucket, publicAction: "s3:ListBucket", run: listObjects),
    ]

    private static func listObjectsV2(_ call: S3Call) async throws -> ServiceResponse {
        guard call.query["list-type"] == "2" else {
            throw ServiceFault.invalidArgument("list-type", call.query["list-type"] ?? "", "Invalid list-type")
        }
        var listing = try Listing(call)
        if let token = call.query["continuation-token"] {
            guard let after = Base64.decode(token.utf8), !after.isEmpty else {
                throw ServiceFault.invalidArgument("continuation-token", token, "The continuation token provided is incorrect")
            }
            listing.request.after = after
        } else {
            listing.request.after = Array((call.query["start-after"] ?? "").utf8)
        }
        let page = try call.store.list(call.bucketName, listing.request)
        return XMLWriter("ListBucketResult") { document in
            listing.begin(&document)
            document.add("KeyCount", Int64(page.entries.count))
            document.add("ContinuationToken", call.query["continuation-token"])
            if let start = call.query["start-after"] { document.add("StartAfter", listing.name(start)) }
            document.add("IsTruncated", page.isTruncated)
            if page.isTruncated, let last = page.entries.last { document.add("NextContinuationToken", Base64.encode(last.name)) }
            listing.add(page, to: &document, hasOwner: call.query["fetch-owner"] == "true")
        }.response()
    }

    private static func listObjects(_ call: S3Call) async throws -> ServiceResponse {
        var listing = try Listing(call)
        let marker = call.query["marker"] ?? ""
        listing.request.after = Array(marker.utf8)
        let page = try call.store.list(call.bucketName, listing.request)
        return XMLWriter("ListBucketResult") { document in
            listing.begin(&document)
            document.add("Marker", listing.name(marker))
            document.add("IsTruncated", page.isTruncated)
            if page.isTruncated, let last = page.entries.last, !listing.request.delimiter.isEmpty {
                document.add("NextMarker", listing.name(last.name))
            }
            listing.add(page, to: &document, hasOwner: true)
        }.response()
    }

    private static func listObjectVersions(_ call: S3Call) async throws -> ServiceResponse {
        var listing = try Listing(call)
        let (keyMarker, versionMarker) = (call.query["key-marker"] ?? "", call.query["version-id-marker"])
        if versionMarker != nil, keyMarker.isEmpty {
            throw ServiceFault.invalidArgument(
                "version-id-marker", versionMarker ?? "", "A version-id marker cannot be specified without a key marker.")
        }
        if let versionMarker, !ObjectVersion.isID(versionMarker) {
            throw ServiceFault.invalidArgument(
                "version-id-marker", versionMarker,
                versionMarker.isEmpty ? "A version-id marker cannot be empty." : "Invalid version id specified")
        }
        listing.request.after = Array(keyMarker.utf8)
        let page = try call.store.listVersions(call.bucketName, listing.request, afterVersion: versionMarker)
        return XMLWriter("ListVersionsResult") { document in
            listing.begin(&document)
            document.add("KeyMarker", listing.name(keyMarker))
            document.add("VersionIdMarker", versionMarker ?? "")
            document.add("IsTruncated", page.isTruncated)
            if page.isTruncated, let last = page.entries.last {
                document.add("NextKeyMarker", listing.name(last.name))
                if case .object(let version) = last { document.add("NextVersionIdMarker", version.versionID) }
            }
            for case .object(let version) in page.entries {
                document.add(version.isMarker ? "DeleteMarker" : "Version") { element in
                    listing.add(version, to: &element, hasOwner: true)
                    element.add("VersionId", version.versionID)
                    element.add("IsLatest", version.isCurrent)
                }
            }
            listing.addPrefixes(page.entries, to: &document)
        }.response()
    }
}

/// What listings have in common.
struct Listing {
    let call: S3Call
    var request = ListingRequest()
    /// Whether names in the answer are percent-encoded, because XML cannot have all characters.
    let isEncoded: Bool
    private let limit: Int

    init(_ call: S3Call) throws(ServiceFault) {
        self.call = call
        let encoding = call.query["encoding-type"]
        guard encoding == nil || encoding == "url" else {
            throw .invalidArgument("encoding-type", encoding ?? "", "Invalid Encoding Method specified in Request")
        }
        isEncoded = encoding == "url"
        limit = try call.number("max-keys", in: 0...BucketLimits.pageEntries, default: BucketLimits.pageEntries)
        request.prefix = Array((call.query["prefix"] ?? "").utf8)
        request.delimiter = Array((call.query["delimiter"] ?? "").utf8)
        request.limit = limit
    }

    func name(_ text: String) -> String { isEncoded ? PercentText.encode(text, keepsSlashes: true) : text }
    func name(_ bytes: [UInt8]) -> String { name(String(decoding: bytes, as: UTF8.self)) }

    func begin(_ document: inout XMLWriter) {
        document.add("Name", call.bucketName)
        document.add("Prefix", name(request.prefix))
        document.add("MaxKeys", Int64(limit))
        if !request.delimiter.isEmpty { document.add("Delimiter", name(request.delimiter)) }
        if isEncoded { document.add("EncodingType", "url") }
    }

    func add(_ page: ListingPage, to document: inout XMLWriter, hasOwner: Bool) {
        for case .object(let version) in page.entries {
            document.add("Contents") { add(version, to: &$0, hasOwner: hasOwner) }
        }
        addPrefixes(page.entries, to: &document)
    }

    func add(_ version: ObjectVersion, to element: inout XMLWriter, hasOwner: Bool) {
        element.add("Key", name(version.key.bytes))
        element.add("LastModified", S3Time.iso(version.modifiedMicros))
        if !version.isMarker {
            element.add("ETag", "\"\(version.etag)\"")
            element.add("Size", version.byteCount)
            element.add("StorageClass", "STANDARD")
            element.add("ChecksumAlgorithm", version.traits.checksum?.value.algorithm.rawValue)
            if let checksum = version.traits.checksum { element.add("ChecksumType", checksum.isComposite ? "COMPOSITE" : "FULL_OBJECT") }
        }
        if hasOwner { element.add("Owner") { $0.add("ID", call.request.caller.account) } }
    }

    func addPrefixes(_ entries: [ListingPage.Entry], to document: inout XMLWriter) {
        for case .prefix(let prefix) in entries { document.add("CommonPrefixes") { $0.add("Prefix", name(prefix)) } }
    }
}
