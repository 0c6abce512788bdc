import SluiceAWS
import SluiceBuckets
import SluiceCore
import SluiceServer

/// Attributes of an object without its bytes. Source: S3's API reference, "GetObjectAttributes".
enum ObjectAttributes {
    private enum Attribute: String {
        case etag = "ETag"
        case checksum = "Checksum"
        case parts = "ObjectParts"
        case storageClass = "StorageClass"
        case size = "ObjectSize"
    }

    /// A page of the parts of an object.
    private struct Page {
        /// Number of the part before the page.
        var marker: Int
        var limit: Int

        init(_ call: S3Call) throws(ServiceFault) {
            limit = try Self.number("x-amz-max-parts", call, default: S3ServiceLimits.partsOfAttributes)
            limit = min(limit, S3ServiceLimits.partsOfAttributes)
            marker = try Self.number("x-amz-part-number-marker", call, default: 0)
        }

        private static func number(_ name: String, _ call: S3Call, default standard: Int) throws(ServiceFault) -> Int {
            guard let text = call.header(name) else { return standard }
            guard let number = Int(text), (0...Int(Int32.max)).contains(number) else {
                throw .invalidArgument(name, text, "Argument \(name) must be an integer between 0 and 2147483647")
            }
            return number
        }
    }

    static func get(_ call: S3Call) async throws -> ServiceResponse {
        let wanted = try wanted(call)
        let page = try Page(call)
        let version = try await call.store.open(call.bucketName, call.key, version: call.versionID).version
        var headers = [("Last-Modified", HTTPDate.text(version.modifiedMicros))]
        if let id = call.told(version.versionID, in: call.bucketName) { headers.append(("x-amz-version-id", id)) }
        return XMLWriter("GetObjectAttributesResponse") { document in
            if wanted.contains(.etag) { document.add("ETag", version.etag) }
            if wanted.contains(.checksum), let checksum = version.traits.checksum {
                document.add("Checksum") {
                    $0.add(checksum.value.algorithm.element, checksum.value.value)
                    $0.add("ChecksumType", checksum.isComposite ? "COMPOSITE" : "FULL_OBJECT")
                }
            }
            if wanted.contains(.parts), !version.traits.partBytes.isEmpty {
                document.add("ObjectParts") { add(page, of: version.traits, to: &$0) }
            }
            if wanted.contains(.storageClass) { document.add("StorageClass", "STANDARD") }
            if wanted.contains(.size) { document.add("ObjectSize", version.byteCount) }
        }.response(200, headers)
    }

    /// In one header or several, separated by commas.
    private static func wanted(_ call: S3Call) throws(ServiceFault) -> Set<Attribute> {
        let name = "x-amz-object-attributes"
        let fields = call.head.headers.list.filter { $0.name.lowercased() == name }
        let names = fields.flatMap { $0.value.split(separator: ",").map { $0.filter { $0 != " " } } }
        guard !names.isEmpty else {
            throw .invalidRequest("The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty")
        }
        var wanted: Set<Attribute> = []
        for text in names {
            guard let attribute = Attribute(rawValue: text) else { throw .invalidArgument(name, text, "Invalid attribute name specified.") }
            wanted.insert(attribute)
        }
        return wanted
    }

    /// Without a checksum of the object, S3 tells the count of parts alone.
    private static func add(_ page: Page, of traits: ObjectTraits, to parts: inout XMLWriter) {
        let sizes = traits.partBytes
        guard let checksum = traits.checksum else {
            parts.add("PartsCount", Int64(sizes.count))
            return
        }
        let start = min(page.marker, sizes.count)
        let end = min(start + page.limit, sizes.count)
        parts.add("PartsCount", Int64(sizes.count))
        parts.add("PartNumberMarker", Int64(page.marker))
        parts.add("NextPartNumberMarker", Int64(end))
        parts.add("MaxParts", Int64(page.limit))
        parts.add("IsTruncated", end < sizes.count)
        for place in start..<end {
            parts.add("Part") { part in
                part.add("PartNumber", Int64(place + 1))
                part.add("Size", sizes[place])
                if place < traits.partChecksums.count {
                    part.add(checksum.value.algorithm.element, traits.partChecksums[place])
                }
            }
        }
    }
}
