import SluiceAWS
import SluiceBuckets
import SluiceServer

/// Tags of objects and buckets. Source: S3's user guide, "Categorizing your storage using tags".
enum S3Tags {
    /// - Throws: `InvalidTag`, `BadRequest` where there are too many.
    static func checked(_ tags: [ObjectTraits.Field], limit: Int) throws(ServiceFault) -> [ObjectTraits.Field] {
        guard tags.count <= limit else {
            throw ServiceFault(400, "BadRequest", "Object tags cannot be greater than \(limit)")
        }
        var names: Set<[UInt8]> = []
        for tag in tags {
            guard !tag.name.isEmpty, tag.name.unicodeScalars.count <= S3ServiceLimits.tagKeyCharacters, !tag.name.hasPrefix("aws:") else {
                throw ServiceFault(400, "InvalidTag", "The TagKey you have provided is invalid", details: [("TagKey", tag.name)])
            }
            guard tag.value.unicodeScalars.count <= S3ServiceLimits.tagValueCharacters else {
                throw ServiceFault(400, "InvalidTag", "The TagValue you have provided is invalid", details: [("TagKey", tag.name)])
            }
            guard names.insert(Array(tag.name.utf8)).inserted else {
                throw ServiceFault(400, "InvalidTag", "Cannot provide multiple Tags with the same key", details: [("TagKey", tag.name)])
            }
        }
        return tags
    }

    /// Of `<Tagging><TagSet><Tag>…`.
    static func parse(_ root: XMLElement, limit: Int) throws(ServiceFault) -> [ObjectTraits.Field] {
        guard let set = root.all("TagSet").first else { throw .malformedXML }
        var tags: [ObjectTraits.Field] = []
        for tag in set.children {
            guard tag.name == "Tag", let key = tag["Key"], let value = tag["Value"] else { throw .malformedXML }
            tags.append(.init(key, value))
        }
        return try checked(tags, limit: limit)
    }
}
