import SluiceBuckets
import SluiceServer

extension BucketService {
    /// A page of a bucket that is a website: its index where a folder is asked for, and the page of errors.
    func website(_ call: S3Call, _ address: S3Address) async throws -> ServiceResponse {
        guard ["GET", "HEAD"].contains(call.request.head.method) else {
            throw ServiceFault(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
        }
        let rules: WebsiteRules
        do {
            rules = try WebsiteRules(try store.setting(call.bucketName, "website"))
        } catch BucketFailure.noSuchSetting {
            throw ServiceFault(404, "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration")
        }
        let path = String(decoding: address.key, as: UTF8.self)
        let isFolder = path.isEmpty || path.hasSuffix("/")
        guard let key = ObjectKey(isFolder ? path + rules.index : path), isOpen(call, key) else { throw ServiceFault.accessDenied }
        do {
            let response = try await S3Operation.read(call, key: key)
            if let target = response.headers["x-amz-website-redirect-location"] {
                return ServiceResponse(301, HeaderFields([("Location", target)]), .bytes([]))
            }
            return response
        } catch BucketFailure.noSuchKey {
            // `docs` is `docs/` where that has an index.
            if !isFolder, let index = ObjectKey(path + "/" + rules.index), (try? store.info(call.bucketName, index)) != nil {
                return ServiceResponse(302, HeaderFields([("Location", "/" + path + "/")]), .bytes([]))
            }
            guard let errorKey = rules.errorKey.flatMap({ ObjectKey($0) }), isOpen(call, errorKey) else {
                throw BucketFailure.noSuchKey(key)
            }
            return try await S3Operation.read(call, status: 404, key: errorKey)
        }
    }

    /// Whether everybody may read an object; where there are no keys, everybody may do everything.
    private func isOpen(_ call: S3Call, _ key: ObjectKey) -> Bool {
        guard wantsSignatures else { return true }
        guard let policy = (try? store.setting(call.bucketName, "policy")).flatMap(BucketPolicy.init) else { return false }
        return policy.allowsEverybody("s3:GetObject", "arn:aws:s3:::\(call.bucketName)/\(key.text)")
    }
}
