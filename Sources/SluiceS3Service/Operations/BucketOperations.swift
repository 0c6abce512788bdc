import SluiceBuckets
import SluiceServer

extension S3Operation {
    static let bucketOperations: [S3Operation] = [
        S3Operation("ListBuckets", "GET", .service) { call in
            let limit = try call.number("max-buckets", in: 1...10_000, default: 10_000)
            let after = call.query["continuation-token"] ?? ""
            let buckets = try call.store.buckets().filter { bucket in
                bucket.owner == call.request.caller.account && bucket.name > after && bucket.name.hasPrefix(call.query["prefix"] ?? "")
                    && call.query["bucket-region"].map { $0 == bucket.region } ?? true
            }
            return XMLWriter("ListAllMyBucketsResult") { document in
                document.add("Owner") { $0.add("ID", call.request.caller.account) }
                document.add("Buckets") { list in
                    for bucket in buckets.prefix(limit) {
                        list.add("Bucket") {
                            $0.add("Name", bucket.name)
                            $0.add("CreationDate", S3Time.iso(bucket.createdMicros))
                            $0.add("BucketRegion", bucket.region)
                        }
                    }
                }
                if let prefix = call.query["prefix"] { document.add("Prefix", prefix) }
                if buckets.count > limit { document.add("ContinuationToken", buckets[limit - 1].name) }
            }.response()
        },
        S3Operation("CreateBucket", "PUT", .bucket) { call in
            try call.refuseUnsupported()
            if call.header("x-amz-bucket-object-lock-enabled")?.lowercased() == "true" { throw ServiceFault.notImplemented("object lock") }
            let body = try await call.documentBytes(upTo: S3ServiceLimits.documentBytes)
            let caller = call.request.caller
            let region = try region(of: body, caller)
            // The oldest region has always taken a bucket again from whoever has it there.
            let known = caller.region == usualRegion && region == usualRegion ? try? call.store.bucket(call.bucketName) : nil
            if known?.owner != caller.account || known?.region != usualRegion {
                try await call.store.createBucket(call.bucketName, owner: caller.account, region: region)
            }
            return ServiceResponse(200, HeaderFields([("Location", "/" + call.bucketName)]), .bytes([]))
        },
        S3Operation("HeadBucket", "HEAD", .bucket) { call in
            let bucket = try call.store.bucket(call.bucketName)
            return ServiceResponse(
                200, HeaderFields([("x-amz-bucket-region", bucket.region), ("x-amz-access-point-alias", "false")]), .none(length: nil))
        },
        S3Operation("DeleteBucket", "DELETE", .bucket) { call in
            try await call.store.deleteBucket(call.bucketName)
            return ServiceResponse(204, HeaderFields(), .none(length: nil))
        },
    ]

    /// The region whose buckets have no location.
    private static let usualRegion = "us-east-1"

    /// Where a new bucket is. A client that names its region has to name the bucket's too, and the same one.
    private static func region(of body: [UInt8], _ caller: Caller) throws(ServiceFault) -> String {
        let named = body.isEmpty ? nil : try S3Settings.region(body)
        guard named != usualRegion else {
            throw ServiceFault(400, "InvalidLocationConstraint", "The specified location-constraint is not valid")
        }
        let fits = named == caller.region || caller.region == usualRegion || caller.accessKey == nil
        guard fits else {
            throw ServiceFault(
                400, "IllegalLocationConstraintException",
                "The \(named ?? "unspecified") location constraint is incompatible for the region specific endpoint this request was sent to."
            )
        }
        return named ?? caller.region
    }
}
