import SluiceAWS
import SluiceBuckets
import SluiceServer

extension S3Call {
    private static let kept = [
        "content-type", "cache-control", "content-disposition", "content-encoding", "content-language", "expires",
        "x-amz-website-redirect-location",
    ]

    /// What the headers of a write say of its object.
    ///
    /// - Throws: `MetadataTooLarge`, `InvalidTag`, `InvalidStorageClass`.
    func traits() throws(ServiceFault) -> ObjectTraits {
        try refuseUnsupported()
        var traits = ObjectTraits()
        for name in Self.kept {
            guard var value = header(name) else { continue }
            if name == "content-encoding" {
                // How the body was sent is no property of the object.
                value = value.split(separator: ",").map { $0.filter { $0 != " " } }.filter { $0 != "aws-chunked" }.joined(separator: ",")
            }
            if name == "x-amz-website-redirect-location", !["/", "http://", "https://"].contains(where: value.hasPrefix) {
                throw ServiceFault(
                    400, "InvalidRedirectLocation", "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.")
            }
            if !value.isEmpty { traits.headers.append(.init(name, value)) }
        }
        try refuseDamaged()
        for field in head.headers.list {
            let name = field.name.lowercased()
            guard name.hasPrefix("x-amz-meta-") else { continue }
            traits.metadata.append(.init(String(name.dropFirst("x-amz-meta-".count)), Self.withoutBlanks(field.value)))
        }
        let count = traits.metadata.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard count <= S3ServiceLimits.metadataBytes else {
            throw ServiceFault(
                400, "MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size",
                details: [("Size", "\(count)"), ("MaxSizeAllowed", "\(S3ServiceLimits.metadataBytes)")])
        }
        if let tagging = header("x-amz-tagging") {
            traits.tags = try S3Tags.checked(QueryItems(tagging).list.map { .init($0.name, $0.value) }, limit: S3ServiceLimits.objectTags)
        }
        return traits
    }

    /// Blanks around a value are no part of it (RFC 9110, section 5.5).
    private static func withoutBlanks(_ value: String) -> String {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard let end = value.utf8.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(value[...end].utf8.drop(while: isBlank)) ?? value
    }

    /// Bytes of a header that are no UTF-8 cannot be kept as they came.
    private func refuseDamaged() throws(ServiceFault) {
        for field in head.headers.list where field.value.unicodeScalars.contains("\u{FFFD}") {
            let name = field.name.lowercased()
            guard name.hasPrefix("x-amz-meta-") || Self.kept.contains(name) else { continue }
            throw .invalidArgument(name, field.value, "The value of the header has to be US-ASCII or UTF-8.")
        }
    }

    /// Headers that promise what Sluice does not do.
    func refuseUnsupported() throws(ServiceFault) {
        for field in head.headers.list {
            let name = field.name.lowercased()
            if name.hasPrefix("x-amz-server-side-encryption") || name.hasPrefix("x-amz-copy-source-server-side-encryption") {
                throw .notImplemented("objects are not encrypted on the disk (\(name))")
            }
            if name == "x-amz-write-offset-bytes" { throw .notImplemented("appending to objects, which directory buckets have (\(name))") }
            if name.hasPrefix("x-amz-object-lock") { throw .notImplemented("object lock (\(name))") }
            if name.hasPrefix("x-amz-grant-") { throw Self.noACLs }
        }
        if let acl = header("x-amz-acl"), !["private", "bucket-owner-full-control"].contains(acl) { throw Self.noACLs }
        if let storageClass = header("x-amz-storage-class"), storageClass != "STANDARD" {
            throw ServiceFault(400, "InvalidStorageClass", "The storage class you specified is not valid: there is STANDARD only")
        }
    }

    static let noACLs = ServiceFault(400, "AccessControlListNotSupported", "The bucket does not allow ACLs")

    /// Conditions of a write.
    ///
    /// - Throws: `NotImplemented` for those that S3 does not have there.
    func writeCondition() throws(ServiceFault) -> WriteCondition {
        var condition = WriteCondition()
        condition.matches = header("If-Match").map(EntityTag.unquoted)
        condition.matchesNot = header("If-None-Match").map(EntityTag.unquoted)
        guard condition.matchesNot == nil || condition.matchesNot == "*" else {
            throw .notImplemented("If-None-Match with a value other than *")
        }
        if condition.matches != nil, condition.matchesNot != nil { throw .notImplemented("If-Match together with If-None-Match") }
        return condition
    }
}

extension S3Tags {
    static func document(_ tags: [ObjectTraits.Field]) -> XMLWriter {
        XMLWriter("Tagging") { document in
            document.add("TagSet") { set in
                for tag in tags {
                    set.add("Tag") {
                        $0.add("Key", tag.name)
                        $0.add("Value", tag.value)
                    }
                }
            }
        }
    }
}
