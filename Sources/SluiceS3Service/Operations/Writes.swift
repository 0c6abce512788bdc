import SluiceAWS
import SluiceBuckets
import SluiceCore
import SluiceServer

extension S3Operation {
    static let writes: [S3Operation] = [
        S3Operation("CopyObject", "PUT", .object, header: "x-amz-copy-source", run: copyObject),
        S3Operation("PutObject", "PUT", .object, run: putObject),
        S3Operation("DeleteObject", "DELETE", .object, run: deleteObject),
        S3Operation("DeleteObjects", "POST", .bucket, mark: "delete", run: deleteObjects),
    ]

    private static func putObject(_ call: S3Call) async throws -> ServiceResponse {
        let bucket = try call.store.bucket(call.bucketName)
        let key = try call.key
        // A part whose upload was forgotten would replace the whole object.
        if let number = call.query["partNumber"] {
            throw ServiceFault.invalidArgument("partNumber", number, "A part number goes with the uploadId of its upload.")
        }
        var traits = try call.traits()
        let condition = try call.writeCondition()
        let (file, checksum) = try await ObjectBody.read(call)
        traits.checksum = checksum.map { .init($0, isComposite: false) }
        let version = try await call.store.put(bucket.name, key, file, traits, if: condition)
        var headers = ObjectHeaders.written(version, bucket.versioning != .never)
        call.addExpiration(of: version, to: &headers)
        return ServiceResponse(200, headers, .bytes([]))
    }

    private static func copyObject(_ call: S3Call) async throws -> ServiceResponse {
        let bucket = try call.store.bucket(call.bucketName)
        let source = try await CopySource.open(call)
        let replaces = try Self.replaces("x-amz-metadata-directive", call)
        var traits = try call.traits()
        let tags = try Self.replaces("x-amz-tagging-directive", call) ? traits.tags : source.version.traits.tags
        if !replaces {
            let isItself = source.version.key == (try call.key) && source.bucket == bucket.name && source.version.isCurrent
            let changing = ["x-amz-website-redirect-location", "x-amz-checksum-algorithm", "x-amz-storage-class"]
            if isItself, changing.allSatisfy({ call.header($0) == nil }) {
                throw ServiceFault.invalidRequest(
                    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."
                )
            }
            traits.headers = source.version.traits.headers
            traits.metadata = source.version.traits.metadata
        }
        traits.tags = tags
        var algorithm = source.version.traits.checksum?.value.algorithm
        if let name = call.header("x-amz-checksum-algorithm") {
            algorithm = ObjectChecksum.Algorithm(rawValue: name.uppercased()) ?? algorithm
        }
        let file = call.store.newFile([algorithm].compactMap { $0 })
        try await call.store.append(source.object, 0..<source.version.byteCount, to: file)
        traits.checksum = file.digests.checksums.first.map { .init($0, isComposite: false) }
        let version = try await call.store.put(bucket.name, call.key, file, traits, if: try call.writeCondition(), as: .copied)
        var headers: [(String, String)] = []
        if bucket.versioning != .never { headers.append(("x-amz-version-id", version.versionID)) }
        headers += source.headers(call)
        if let text = call.expiration(of: version) { headers.append(("x-amz-expiration", text)) }
        return CopySource.result("CopyObjectResult", version.etag, version.modifiedMicros, traits.checksum).response(200, headers)
    }

    /// Whether a directive says REPLACE.
    private static func replaces(_ name: String, _ call: S3Call) throws(ServiceFault) -> Bool {
        switch call.header(name) {
        case nil, "COPY": return false
        case "REPLACE": return true
        case let value?:
            throw .invalidArgument(name, value, "Unknown \(name == "x-amz-tagging-directive" ? "tagging" : "metadata") directive.")
        }
    }

    private static func deleteObject(_ call: S3Call) async throws -> ServiceResponse {
        var condition = WriteCondition()
        condition.matches = call.header("If-Match").map(EntityTag.unquoted)
        if let text = call.header("x-amz-if-match-size") {
            guard let count = Int64(text) else { throw ServiceFault.invalidArgument("x-amz-if-match-size", text, "Invalid size") }
            condition.byteCount = count
        }
        condition.modifiedSeconds = call.header("x-amz-if-match-last-modified-time").flatMap(HTTPDate.seconds)
        let removal = try await call.store.delete(call.bucketName, call.key, version: call.versionID, if: condition)
        var headers = HeaderFields()
        if let id = removal.versionID { headers.add("x-amz-version-id", id) }
        if removal.isMarker { headers.add("x-amz-delete-marker", "true") }
        return ServiceResponse(204, headers, .none(length: nil))
    }

    private static func deleteObjects(_ call: S3Call) async throws -> ServiceResponse {
        _ = try call.store.bucket(call.bucketName)
        let root = try await call.document("Delete")
        let objects = root.all("Object")
        guard !objects.isEmpty, objects.count <= S3ServiceLimits.deletedKeys else { throw ServiceFault.malformedXML }
        let isQuiet = root["Quiet"]?.lowercased() == "true"
        // Side by side, so that all of them share a few commits.
        let outcomes = await withTaskGroup(of: (Int, Result<BucketStore.Removal, ServiceFault>).self) { group in
            for (place, object) in objects.enumerated() { group.addTask { (place, await delete(object, call)) } }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        return XMLWriter("DeleteResult") { document in
            for (place, object) in objects.enumerated() {
                switch outcomes[place] {
                case .success(let removal):
                    if isQuiet { continue }
                    document.add("Deleted") { element in
                        element.add("Key", object["Key"] ?? "")
                        element.add("VersionId", object["VersionId"])
                        if removal.isMarker {
                            element.add("DeleteMarker", true)
                            element.add("DeleteMarkerVersionId", removal.versionID)
                        }
                    }
                case .failure(let fault):
                    document.add("Error") { element in
                        element.add("Key", object["Key"] ?? "")
                        element.add("VersionId", object["VersionId"])
                        element.add("Code", fault.code)
                        element.add("Message", fault.message)
                    }
                case nil: continue
                }
            }
        }.response()
    }

    private static func delete(_ object: XMLElement, _ call: S3Call) async -> Result<BucketStore.Removal, ServiceFault> {
        guard let key = ObjectKey(object["Key"] ?? "") else { return .failure(.malformedXML) }
        var condition = WriteCondition()
        condition.matches = object["ETag"].map(EntityTag.unquoted)
        condition.byteCount = object["Size"].flatMap { Int64($0) }
        do throws(ServiceFault) { _ = try S3Call.checkedVersion(object["VersionId"]) } catch { return .failure(error) }
        do throws(BucketFailure) {
            return .success(try await call.store.delete(call.bucketName, key, version: object["VersionId"], if: condition))
        } catch {
            return .failure(ServiceFault(error, call.bucketName))
        }
    }
}

/// The object that a copy takes.
struct CopySource: Sendable {
    let bucket: String
    let object: OpenObject
    var version: ObjectVersion { object.version }

    /// Opens what `x-amz-copy-source` names: `/bucket/key?versionId=…`, percent-encoded.
    static func open(_ call: S3Call) async throws -> CopySource {
        let text = call.header("x-amz-copy-source") ?? ""
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path = PercentText.decodedBytes((parts.first ?? "").utf8, plusIsBlank: false)
        if path.first == UInt8(ascii: "/") { path.removeFirst() }
        guard let slash = path.firstIndex(of: UInt8(ascii: "/")), let key = ObjectKey(Array(path[(slash + 1)...])) else {
            throw ServiceFault.invalidArgument(
                "x-amz-copy-source", text, "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
        }
        let version = try S3Call.checkedVersion(parts.count == 2 ? QueryItems(String(parts[1]))["versionId"] : nil)
        let bucket = String(decoding: path[..<slash], as: UTF8.self)
        let owner = try call.store.bucket(bucket).owner
        guard owner == call.request.caller.account, call.header("x-amz-source-expected-bucket-owner") ?? owner == owner else {
            throw ServiceFault.accessDenied
        }
        let object = try await opened(bucket, key, version, call)
        try ReadConditions.check(object.version, call, prefix: "x-amz-copy-source-")
        return CopySource(bucket: bucket, object: object)
    }

    private static func opened(_ bucket: String, _ key: ObjectKey, _ version: String?, _ call: S3Call) async throws -> OpenObject {
        do {
            return try await call.store.open(bucket, key, version: version)
        } catch BucketFailure.deleteMarker where version != nil {
            throw ServiceFault.invalidRequest("The source of a copy request may not specifically refer to a delete marker by version id.")
        }
    }

    /// Which version the copy is of.
    func headers(_ call: S3Call) -> [(String, String)] {
        call.told(version.versionID, in: bucket).map { [("x-amz-copy-source-version-id", $0)] } ?? []
    }

    static func result(_ root: String, _ etag: String, _ modifiedMicros: Int64, _ checksum: ObjectTraits.Checksum?) -> XMLWriter {
        XMLWriter(root) { document in
            document.add("ETag", "\"\(etag)\"")
            document.add("LastModified", S3Time.iso(modifiedMicros))
            if let checksum {
                document.add(checksum.value.algorithm.element, checksum.value.value)
                document.add("ChecksumType", checksum.isComposite ? "COMPOSITE" : "FULL_OBJECT")
            }
        }
    }
}
