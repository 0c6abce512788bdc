import SluiceAWS
import SluiceBuckets
import SluiceCore
import SluiceServer

/// Headers of answers about a version.
enum ObjectHeaders {
    /// - Parameter checksum: What holds for the bytes that are answered, told where the request wants it.
    /// - Throws: `InvalidArgument` for an override that no header can have.
    static func all(
        _ version: ObjectVersion, _ call: S3Call, checksum: ObjectTraits.Checksum?
    ) throws(ServiceFault) -> HeaderFields {
        var headers = HeaderFields([("Accept-Ranges", "bytes")])
        headers.add("ETag", "\"\(version.etag)\"")
        headers.add("Last-Modified", HTTPDate.text(version.modifiedMicros))
        headers.add("Content-Type", version.traits.header("content-type") ?? "binary/octet-stream")
        for field in version.traits.headers where field.name != "content-type" { headers.add(field.name, field.value) }
        for field in version.traits.metadata { headers.add("x-amz-meta-" + field.name, field.value) }
        if let id = call.told(version.versionID, in: call.bucketName) { headers.add("x-amz-version-id", id) }
        if !version.traits.tags.isEmpty { headers.add("x-amz-tagging-count", "\(version.traits.tags.count)") }
        if call.header("x-amz-checksum-mode")?.uppercased() == "ENABLED" { add(checksum, to: &headers) }
        // Presigned addresses say what browsers are told.
        for (name, parameter) in overrides {
            guard let value = call.query[parameter] else { continue }
            guard !value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else {
                throw .invalidArgument(parameter, value, "Header value cannot be represented.")
            }
            headers[name] = value
        }
        return headers
    }

    private static let overrides = [
        ("Content-Type", "response-content-type"), ("Content-Language", "response-content-language"), ("Expires", "response-expires"),
        ("Cache-Control", "response-cache-control"), ("Content-Disposition", "response-content-disposition"),
        ("Content-Encoding", "response-content-encoding"),
    ]

    static func add(_ checksum: ObjectTraits.Checksum?, to headers: inout HeaderFields) {
        guard let checksum else { return }
        headers.add(checksum.value.algorithm.header, checksum.value.value)
        headers.add("x-amz-checksum-type", checksum.isComposite ? "COMPOSITE" : "FULL_OBJECT")
    }

    /// Of a write.
    static func written(_ version: ObjectVersion, _ bucketHasVersions: Bool) -> HeaderFields {
        var headers = HeaderFields([("ETag", "\"\(version.etag)\"")])
        add(version.traits.checksum, to: &headers)
        if bucketHasVersions { headers.add("x-amz-version-id", version.versionID) }
        return headers
    }
}

/// Conditions of a read. Source: RFC 9110, section 13.2.2, which S3 follows.
enum ReadConditions {
    /// - Parameter prefix: Of the headers: `x-amz-copy-source-` for copies.
    /// - Throws: `PreconditionFailed`; `NotModified` (304) for a read that needs no bytes.
    static func check(_ version: ObjectVersion, _ call: S3Call, prefix: String = "") throws(ServiceFault) {
        let modified = version.modifiedMicros / 1_000_000
        func failed(_ name: String) -> ServiceFault {
            ServiceFault(
                412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", details: [("Condition", name)])
        }
        let notModified =
            prefix.isEmpty
            ? ServiceFault(304, "NotModified", "Not Modified", headers: HeaderFields([("ETag", "\"\(version.etag)\"")]))
            : failed("If-None-Match")
        if let match = call.header(prefix + "If-Match") {
            guard isAny(match, version.etag, isWeak: false) else { throw failed("If-Match") }
        } else if let since = call.header(prefix + "If-Unmodified-Since").flatMap(HTTPDate.seconds), modified > since {
            throw failed("If-Unmodified-Since")
        }
        if let match = call.header(prefix + "If-None-Match") {
            if isAny(match, version.etag, isWeak: true) { throw notModified }
        } else if let since = call.header(prefix + "If-Modified-Since").flatMap(HTTPDate.seconds), modified <= since {
            throw notModified
        }
    }

    /// - Parameter isWeak: Whether a tag that is only said to be equivalent (`W/"…"`) is taken as well (RFC 9110, section 8.8.3.2).
    private static func isAny(_ list: String, _ etag: String, isWeak: Bool) -> Bool {
        list.split(separator: ",").contains { item in
            var tag = item.filter { $0 != " " }
            if isWeak, tag.hasPrefix("W/") { tag.removeFirst(2) }
            return tag == "*" || EntityTag.unquoted(tag) == etag
        }
    }
}
