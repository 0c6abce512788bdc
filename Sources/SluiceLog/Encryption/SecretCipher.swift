import Crypto
package import SluiceCore
import SluiceStreams

/// Seals small secrets of a state directory: AES-256-GCM under a key that is derived (HKDF-SHA256) from the key file's.
///
/// The sealed form is a nonce of 12 random bytes, the ciphertext, and a tag of 16 bytes that also covers the secret's name, so that a value
/// cannot be put under another name.
package struct SecretCipher: Sendable {
    private static let fileName = "secrets.key"

    private let file: KeyFile

    /// The cipher of a state directory; its key file is made by the first `seal`.
    package init(home: String) { file = KeyFile(path: home + "/" + Self.fileName) }

    package func seal(_ secret: [UInt8], name: String) throws(SluiceError) -> [UInt8] {
        let key = Self.derive(try file.readOrCreate())
        do {
            guard let sealed = try AES.GCM.seal(secret, using: key, authenticating: Array(name.utf8)).combined else {
                preconditionFailure("a nonce of 12 bytes has a combined form")
            }
            return Array(sealed)
        } catch {
            preconditionFailure("AES-GCM takes a key of 32 bytes: \(error)")
        }
    }

    /// - Throws: `wrongKey` where the key file is gone, or where the value was not sealed with it under this name.
    package func open(_ sealed: [UInt8], name: String) throws(SluiceError) -> [UInt8] {
        guard let key = try file.read() else {
            throw SluiceError(
                .wrongKey, "the secret \(name.quotedForMessage) is encrypted, and there is no key file \(file.path.quotedForMessage)",
                at: .file(path: file.path), remedy: "put the key file back, or set the secret anew")
        }
        do {
            return Array(try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: Self.derive(key), authenticating: Array(name.utf8)))
        } catch {
            throw SluiceError(
                .wrongKey, "the secret \(name.quotedForMessage) was not encrypted with the key in \(file.path.quotedForMessage)",
                at: .file(path: file.path), remedy: "put the right key file back, or set the secret anew")
        }
    }

    /// A mark that tells texts apart within the state directory, and says nothing of them to who has no key (HMAC-SHA256).
    package func mark(_ texts: [String]) throws(SluiceError) -> String {
        let key = Self.derive(try file.readOrCreate(), for: "sluice-mark")
        var code = HMAC<SHA256>(key: key)
        for text in texts {
            code.update(data: Array(text.utf8))
            code.update(data: [UInt8(0)])
        }
        return Hexadecimal.text(code.finalize())
    }

    private static func derive(_ key: [UInt8], for use: String = "sluice-secret") -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: SymmetricKey(data: key), info: Array(use.utf8), outputByteCount: 32)
    }
}
