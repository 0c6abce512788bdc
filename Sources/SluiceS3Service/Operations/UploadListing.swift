import SluiceAWS
import SluiceBuckets
import SluiceServer

extension S3Operation {
    static func listMultipartUploads(_ call: S3Call) async throws -> ServiceResponse {
        var listing = try Listing(call)
        listing.request.limit = try call.number("max-uploads", in: 0...1_000, default: 1_000)
        let keyMarker = call.query["key-marker"] ?? ""
        // Behind the marker's key where no upload of it is named.
        let id = call.query["upload-id-marker"].flatMap { $0.isEmpty ? nil : $0 }
        let marker = keyMarker.isEmpty ? nil : UploadMarker(key: Array(keyMarker.utf8), id: id)
        let page = try call.store.uploads(call.bucketName, listing.request, after: marker)
        return XMLWriter("ListMultipartUploadsResult") { document in
            document.add("Bucket", call.bucketName)
            document.add("KeyMarker", listing.name(keyMarker))
            document.add("UploadIdMarker", call.query["upload-id-marker"] ?? "")
            document.add("Prefix", listing.name(listing.request.prefix))
            if !listing.request.delimiter.isEmpty { document.add("Delimiter", listing.name(listing.request.delimiter)) }
            if listing.isEncoded { document.add("EncodingType", "url") }
            document.add("MaxUploads", Int64(listing.request.limit))
            document.add("IsTruncated", page.isTruncated)
            if page.isTruncated { addMarker(page, listing, to: &document) }
            for case .upload(let upload) in page.entries {
                document.add("Upload") { add(upload, call, listing, to: &$0) }
            }
            for case .prefix(let prefix) in page.entries {
                document.add("CommonPrefixes") { $0.add("Prefix", listing.name(prefix)) }
            }
        }.response()
    }

    private static func addMarker(_ page: UploadPage, _ listing: Listing, to document: inout XMLWriter) {
        switch page.entries.last {
        case .upload(let last)?:
            document.add("NextKeyMarker", listing.name(last.key.bytes))
            document.add("NextUploadIdMarker", last.id)
        case .prefix(let prefix)?: document.add("NextKeyMarker", listing.name(prefix))
        case nil: break
        }
    }

    private static func add(_ upload: BucketUpload, _ call: S3Call, _ listing: Listing, to element: inout XMLWriter) {
        element.add("Key", listing.name(upload.key.bytes))
        element.add("UploadId", upload.id)
        element.add("Initiated", S3Time.iso(upload.startedMicros))
        element.add("StorageClass", "STANDARD")
        for name in ["Owner", "Initiator"] { element.add(name) { $0.add("ID", call.request.caller.account) } }
        if let algorithm = upload.algorithm {
            element.add("ChecksumAlgorithm", algorithm.rawValue)
            element.add("ChecksumType", upload.isComposite ? "COMPOSITE" : "FULL_OBJECT")
        }
    }
}
