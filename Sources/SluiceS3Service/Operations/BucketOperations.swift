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
            var region = call.request.caller.region
            if !body.isEmpty { region = try S3Settings.region(body) ?? region }
            try await call.store.createBucket(call.bucketName, owner: call.request.caller.account, region: region)
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
}
