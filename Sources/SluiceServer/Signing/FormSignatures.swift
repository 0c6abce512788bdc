import Crypto
import SluiceCore

/// Signatures of forms that browsers post: of the policy in the form, of Signature Version 4 and of the older version.
///
/// Source: S3's API reference, "Authenticating Requests: Browser-Based Uploads Using POST".
package struct FormSignatures: Sendable {
    private let secrets: [String: String]

    /// - Parameter keys: Secrets by access key.
    package init(keys: [String: String]) { secrets = keys }

    /// The account that a form's credentials name; nil where they name none.
    ///
    /// - Parameter fields: By lower-case name.
    package static func account(_ fields: [String: String]) -> String? { accessKey(fields).flatMap { CredentialScope.account(in: $0) } }

    private static func accessKey(_ fields: [String: String]) -> String? {
        fields["x-amz-credential"].flatMap { CredentialScope(Substring($0))?.accessKey } ?? fields["awsaccesskeyid"]
    }

    /// Checks that the policy is signed with one of the keys.
    ///
    /// - Returns: The account that the key says; nil where it says none.
    /// - Throws: `unsigned`, `unknownKey`, `malformedSignature`, `wrongSignature`.
    package func check(_ fields: [String: String]) throws(LayerRefusal) -> String? {
        guard let policy = fields["policy"], let key = Self.accessKey(fields) else { throw .unsigned }
        guard let secret = secrets[key] else { throw .unknownKey(key) }
        if let credential = fields["x-amz-credential"] {
            guard let scope = CredentialScope(Substring(credential)), scope.service == "s3",
                fields["x-amz-date"]?.hasPrefix(scope.day) == true,
                fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
            else { throw .malformedSignature("the fields x-amz-algorithm, x-amz-credential and x-amz-date do not belong together") }
            let code = HMAC<SHA256>.authenticationCode(for: Array(policy.utf8), using: scope.signingKey(secret))
            guard SignatureCheck.isSame(Hexadecimal.text(code), fields["x-amz-signature"] ?? "") else { throw .wrongSignature }
        } else {
            let code = HMAC<Insecure.SHA1>.authenticationCode(for: Array(policy.utf8), using: SymmetricKey(data: Array(secret.utf8)))
            guard SignatureCheck.isSame(Base64.encode(Array(code)), fields["signature"] ?? "") else { throw .wrongSignature }
        }
        return Self.account(fields)
    }
}

extension CredentialScope {
    /// The key that signs, of a day, a region and a service. Source: AWS' reference "Create a signed AWS API request".
    func signingKey(_ secret: String) -> SymmetricKey {
        var key = SymmetricKey(data: Array("AWS4\(secret)".utf8))
        for part in [day, region, service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        return key
    }
}
