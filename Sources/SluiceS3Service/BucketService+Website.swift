import SluiceAWS
import SluiceBuckets
import SluiceCore
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
                let address = "/" + PercentText.encode(path, keepsSlashes: true) + "/"
                return ServiceResponse(302, HeaderFields([("Location", address)]), .bytes([]))
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
        return isOpenToAll(call.bucketName, "s3:GetObject", "arn:aws:s3:::\(call.bucketName)/\(key.text)")
    }

    /// An error as a browser shows it.
    static func page(of fault: ServiceFault, _ id: String) -> [UInt8] {
        let reasons = [400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 412: "Precondition Failed"]
        let title = "\(fault.status) \(reasons[fault.status] ?? "Error")"
        let lines = [("Code", fault.code), ("Message", fault.message)] + fault.details + [("RequestId", id), ("HostId", id)]
        let items = lines.map { "<li>\($0.0): \(XMLText.escaped($0.1))</li>\n" }.joined()
        let page = """
            <html>
            <head><title>\(title)</title></head>
            <body>
            <h1>\(title)</h1>
            <ul>
            \(items)</ul>
            <hr/>
            </body>
            </html>

            """
        return Array(page.utf8)
    }
}
