import Crypto
import CryptoExtras
package import SluiceCore
import SluiceJSON

/// A statement about whom a token is for, signed with a private key: what a token endpoint takes in place of a password (RFC 7523), in the form of
/// a JSON Web Token with RS256 (RFC 7519; RFC 7518, section 3.3).
package struct JWTAssertion: Sendable {
    /// Who asks: the client's id.
    package var issuer: String
    /// For whom.
    package var subject: String
    /// Who is asked.
    package var audience: String
    /// PEM: `BEGIN PRIVATE KEY` or `BEGIN RSA PRIVATE KEY`.
    package var key: SecretText

    package init(issuer: String, subject: String, audience: String, key: SecretText) {
        self.issuer = issuer
        self.subject = subject
        self.audience = audience
        self.key = key
    }

    /// The token.
    ///
    /// - Parameter nowMicros: The time by which the endpoint judges it: it ends `HTTPLimits.assertionSeconds` later.
    /// - Throws: `invalidOption` for a key that is none, without showing it.
    package func signed(nowMicros: Int64) throws(SluiceError) -> SecretText {
        let claims = JSONNode.members([
            "iss": .string(issuer), "sub": .string(subject), "aud": .string(audience),
            "exp": .integer(Int(nowMicros / 1_000_000) + HTTPLimits.assertionSeconds),
        ])
        let head = JSONNode.members(["alg": .string("RS256"), "typ": .string("JWT")])
        let text = Base64URL.encode(head.json) + "." + Base64URL.encode(claims.json)
        do {
            let key = try _RSA.Signing.PrivateKey(pemRepresentation: key.value)
            let signature = try key.signature(for: SHA256.hash(data: Array(text.utf8)), padding: .insecurePKCS1v1_5)
            return SecretText(text + "." + Base64URL.encode(Array(signature.rawRepresentation)))
        } catch {
            throw SluiceError(
                .invalidOption, "the private key of the connection is no RSA key of 2048 bits or more in PEM",
                remedy: "give the whole file, from -----BEGIN PRIVATE KEY----- to its end")
        }
    }
}

/// Base 64 with the alphabet of addresses and without padding (RFC 4648, section 5).
package enum Base64URL {
    package static func encode(_ bytes: [UInt8]) -> String {
        Base64.encode(bytes).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}
