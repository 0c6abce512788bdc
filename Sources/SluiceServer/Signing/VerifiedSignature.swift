import Crypto
import SluiceCore

/// What a signature says about the body.
package enum SignedPayload: Hashable, Sendable {
    /// SHA-256 in hexadecimal digits.
    case hash(String)
    case unsigned
    /// Signed or checked chunk by chunk; as `x-amz-content-sha256` says: `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`.
    case chunks(String)
}

/// A signature that was right, with what checking the chunks of its body takes.
package struct VerifiedSignature: Sendable {
    package let payload: SignedPayload
    /// `20260101T000000Z`
    package let time: String
    /// `20260101/us-east-1/s3/aws4_request`
    package let scope: String
    /// In hexadecimal digits: the first chunk's signature goes on from it.
    package let signature: String
    let key: SymmetricKey

    /// The code of a text under the request's signing key, in hexadecimal digits.
    package func sign(_ stringToSign: String) -> String {
        Hexadecimal.text(HMAC<SHA256>.authenticationCode(for: Array(stringToSign.utf8), using: key))
    }
}
