import Crypto
import SluiceCore

/// A presigned address of S3 in the form before Signature Version 4, which boto3 makes unless it is told otherwise:
/// `?AWSAccessKeyId=KEY&Expires=SECONDS&Signature=…`.
///
/// Source: S3's developer guide, "Signing and authenticating REST requests", query string request authentication.
struct QuerySignature: Sendable {
    /// Members of the query that are signed; others are not.
    private static let signedNames: Set<String> = [
        "accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location", "logging", "metrics",
        "notification", "object-lock", "partNumber", "policy", "replication", "requestPayment", "response-cache-control",
        "response-content-disposition", "response-content-encoding", "response-content-language", "response-content-type",
        "response-expires", "restore", "select", "select-type", "storageClass", "tagging", "torrent", "uploadId", "uploads", "versionId",
        "versioning", "versions", "website",
    ]

    let accessKey: String
    private let expires: String
    private let signature: String

    /// Nil for a request without such a signature.
    init?(of head: RequestHead) {
        guard head.rawQuery.contains("AWSAccessKeyId="), head.headers["Authorization"] == nil else { return nil }
        let query = head.query
        guard let key = query["AWSAccessKeyId"], (1...128).contains(key.utf8.count), let signature = query["Signature"],
            let expires = query["Expires"]
        else { return nil }
        (accessKey, self.signature, self.expires) = (key, signature, expires)
    }

    /// - Parameter bucket: The one that stands in the host, whose path does not name it.
    /// - Throws: `expiredAddress`, `wrongSignature`, `malformedSignature`.
    func verify(_ head: RequestHead, secret: String, bucket: String?, nowMicros: Int64) throws(LayerRefusal) -> VerifiedSignature {
        guard let seconds = Int64(expires), seconds >= 0 else {
            throw .malformedSignature("Invalid date (should be seconds since epoch): \(expires.prefix(32))")
        }
        guard nowMicros / 1_000_000 <= seconds else { throw .expiredAddress }
        let key = SymmetricKey(data: Array(secret.utf8))
        let code = HMAC<Insecure.SHA1>.authenticationCode(for: Array(text(head, bucket).utf8), using: key)
        guard SignatureCheck.isSame(Base64.encode(Array(code)), signature) else { throw .wrongSignature }
        return VerifiedSignature(payload: .unsigned, time: "", scope: "", signature: signature, key: key)
    }

    /// What is signed.
    private func text(_ head: RequestHead, _ bucket: String?) -> String {
        let query = head.query
        // Clients put these into the query, too, where whoever uses the address need not send them.
        let plain = ["Content-MD5", "Content-Type"].map { head.headers[$0] ?? query[$0.lowercased()] ?? "" }
        var text = "\(head.method)\n\(plain[0])\n\(plain[1])\n\(expires)\n"
        var fields: [String: [String]] = [:]
        for item in query.list where item.name.lowercased().hasPrefix("x-amz-") {
            fields[item.name.lowercased()] = [Self.trimmed(item.value)]
        }
        for field in head.headers.list where field.name.lowercased().hasPrefix("x-amz-") {
            fields[field.name.lowercased()] = head.headers.all(field.name).map(Self.trimmed)
        }
        for (name, values) in fields.sorted(by: { $0.key < $1.key }) { text += "\(name):\(values.joined(separator: ","))\n" }
        text += (bucket.map { "/" + $0 } ?? "") + head.rawPath
        // A bucket alone is signed with a slash behind it, also where its path has none.
        if bucket == nil, head.rawPath.utf8.count > 1, !head.rawPath.dropFirst().contains("/") { text += "/" }
        var signed: [(name: Substring, text: String)] = []
        for item in head.rawQuery.split(separator: "&") {
            let mark = item.firstIndex(of: "=") ?? item.endIndex
            let name = item[..<mark]
            guard Self.signedNames.contains(String(name)) else { continue }
            let value = PercentText.decode(item[mark...].dropFirst(), plusIsBlank: false)
            signed.append((name, mark < item.endIndex ? "\(name)=\(value)" : String(name)))
        }
        signed.sort { $0.name < $1.name }
        if !signed.isEmpty { text += "?" + signed.map(\.text).joined(separator: "&") }
        return text
    }

    private static func trimmed(_ text: String) -> String {
        text.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }
}
