import SluiceAWS
import SluiceBuckets
import SluiceServer

/// Headers of answers about a version.
enum ObjectHeaders {
    /// - Parameter isWhole: Whether all of the object is answered, for which its checksum holds.
    static func all(_ version: ObjectVersion, _ call: S3Call, isWhole: Bool) -> HeaderFields {
        var headers = HeaderFields([("Accept-Ranges", "bytes")])
        headers.add("ETag", "\"\(version.etag)\"")
        headers.add("Last-Modified", S3Time.http(version.modifiedMicros))
        headers.add("Content-Type", version.traits.header("content-type") ?? "binary/octet-stream")
        for field in version.traits.headers where field.name != "content-type" { headers.add(field.name, field.value) }
        for field in version.traits.metadata { headers.add("x-amz-meta-" + field.name, field.value) }
        if version.versionID != ObjectVersion.nullID { headers.add("x-amz-version-id", version.versionID) }
        if !version.traits.tags.isEmpty { headers.add("x-amz-tagging-count", "\(version.traits.tags.count)") }
        if isWhole, call.header("x-amz-checksum-mode")?.uppercased() == "ENABLED" { add(version.traits.checksum, to: &headers) }
        // Presigned addresses say what browsers are told.
        for (name, parameter) in overrides {
            if let value = call.query[parameter] { headers[name] = value }
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
            guard isAny(match, version.etag) else { throw failed("If-Match") }
        } else if let since = call.header(prefix + "If-Unmodified-Since").flatMap(S3Time.seconds), modified > since {
            throw failed("If-Unmodified-Since")
        }
        if let match = call.header(prefix + "If-None-Match") {
            if isAny(match, version.etag) { throw notModified }
        } else if let since = call.header(prefix + "If-Modified-Since").flatMap(S3Time.seconds), modified <= since {
            throw notModified
        }
    }

    private static func isAny(_ list: String, _ etag: String) -> Bool {
        list.split(separator: ",").contains { item in
            let tag = item.filter { $0 != " " }
            return tag == "*" || S3Call.unquoted(tag) == etag
        }
    }
}

/// A range of bytes that is asked for. Source: RFC 9110, section 14.1.2; S3 answers one range.
enum ByteRange {
    /// Nil: all of it, also for a header that is none of one range, which is ignored.
    ///
    /// - Throws: `InvalidRange` for one behind the end.
    static func range(_ text: String?, of count: Int64) throws(ServiceFault) -> Range<Int64>? {
        guard let text, text.hasPrefix("bytes=") else { return nil }
        let parts = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, !text.contains(","), parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return nil
        }
        let unsatisfiable = ServiceFault(
            416, "InvalidRange", "The requested range is not satisfiable", headers: HeaderFields([("Content-Range", "bytes */\(count)")]),
            details: [("RangeRequested", text), ("ActualObjectSize", "\(count)")])
        if parts[0].isEmpty {
            guard !parts[1].isEmpty else { return nil }
            let suffix = Int64(parts[1]) ?? .max
            guard suffix > 0, count > 0 else { throw unsatisfiable }
            return max(0, count - suffix)..<count
        }
        let first = Int64(parts[0]) ?? .max
        guard first < count else { throw unsatisfiable }
        let last = parts[1].isEmpty ? .max : Int64(parts[1]) ?? .max
        guard last >= first else { return nil }
        return first..<(min(last, count - 1) + 1)
    }
}
