import Crypto
import SluiceCore
import SluiceStreams
import Synchronization

/// Encrypts and decrypts the bodies of frames: AES-256-GCM under keys that are derived from the key file's (`docs/formats/stream.md`).
///
/// Each cipher that encrypts draws a salt of 16 random bytes and derives a key of its own from it (HKDF-SHA256), and counts its nonces, so that
/// no nonce is used twice with one key however many frames are written and whatever a crash takes back.
final class FrameCipher: Sendable {
    /// In front of an encrypted body: salt, nonce, id of the key.
    static let prefixBytes = saltBytes + nonceBytes + 4
    static let overheadBytes = prefixBytes + tagBytes
    private static let saltBytes = 16
    private static let nonceBytes = 12
    private static let tagBytes = 16
    /// Derived keys that are remembered for decrypting.
    private static let rememberedKeys = 64

    private let master: SymmetricKey
    /// First bytes of the SHA-256 of the key, to tell a wrong key from damage.
    private let keyID: UInt32
    private let salt: [UInt8]
    private let key: SymmetricKey
    private struct State {
        var nonce: UInt64 = 0
        var derived: [[UInt8]: SymmetricKey] = [:]
    }
    private let state = Mutex(State())

    init(_ keyBytes: [UInt8]) {
        master = SymmetricKey(data: keyBytes)
        keyID = SHA256.hash(data: keyBytes).withUnsafeBytes { FrameHeader.load($0, 0, as: UInt32.self) }
        var generator = SystemRandomNumberGenerator()
        salt = (0..<Self.saltBytes).map { _ in .random(in: 0 ... .max, using: &generator) }
        key = Self.derive(master, salt)
    }

    private static func derive(_ master: SymmetricKey, _ salt: [UInt8]) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: master, salt: salt, info: Array("sluice-stream-frame".utf8), outputByteCount: 32)
    }

    /// The frame with its body encrypted; the checksum covers what is stored.
    func encrypt(_ frame: EncodedFrame) -> EncodedFrame {
        let number = state.withLock { state in
            state.nonce += 1
            return state.nonce
        }
        var prefix = salt
        withUnsafeBytes(of: number.littleEndian) { prefix += $0 }
        prefix += [0, 0, 0, 0]
        withUnsafeBytes(of: keyID.littleEndian) { prefix += $0 }
        var header = frame.header
        let box: AES.GCM.SealedBox
        do {
            let nonce = try AES.GCM.Nonce(data: prefix[Self.saltBytes..<(Self.saltBytes + Self.nonceBytes)])
            box = try AES.GCM.seal(frame.bytes[FrameHeader.byteCount...], using: key, nonce: nonce, authenticating: Self.context(header))
        } catch {
            preconditionFailure("AES-GCM takes a key of 32 and a nonce of 12 bytes: \(error)")
        }
        header.isEncrypted = true
        header.frameBytes = header.expectedFrameBytes
        var bytes: [UInt8] = []
        bytes.reserveCapacity(header.frameBytes)
        bytes += [UInt8](repeating: 0, count: FrameHeader.byteCount)
        bytes += prefix
        bytes += box.ciphertext
        bytes += box.tag
        header.bodyChecksum = bytes.withUnsafeBytes {
            CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[FrameHeader.byteCount...]))
        }
        return EncodedFrame(bytes: bytes, header: header)
    }

    /// The frame as it was before encryption, whose first bytes do not matter.
    ///
    /// - Throws: `wrongKey` when it was encrypted with another key; `corruptFrame` without a place when it was changed.
    func decrypt(_ frame: ArraySlice<UInt8>) throws(SluiceError) -> [UInt8] {
        let start = frame.startIndex + FrameHeader.byteCount
        let nonceStart = start + Self.saltBytes
        let idStart = nonceStart + Self.nonceBytes
        let tagStart = frame.endIndex - Self.tagBytes
        let id = frame.withUnsafeBytes { FrameHeader.load($0, idStart - frame.startIndex, as: UInt32.self) }
        guard id == keyID else { throw Self.otherKey() }
        let key = key(salt: Array(frame[start..<nonceStart]))
        do {
            let header = frame.withUnsafeBytes { FrameHeader.counts(UnsafeRawBufferPointer(rebasing: $0[0..<FrameHeader.byteCount])) }
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: frame[nonceStart..<idStart]), ciphertext: frame[(start + Self.prefixBytes)..<tagStart],
                tag: frame[tagStart...])
            return [UInt8](repeating: 0, count: FrameHeader.byteCount) + (try AES.GCM.open(box, using: key, authenticating: header))
        } catch {
            throw SluiceError(.corruptFrame, "an encrypted frame was changed")
        }
    }

    static func otherKey() -> SluiceError {
        SluiceError(
            .wrongKey, "the records are encrypted with another key", remedy: "put the key file back that the stream was written with")
    }

    private func key(salt: [UInt8]) -> SymmetricKey {
        if salt == self.salt { return key }
        return state.withLock { state in
            if let known = state.derived[salt] { return known }
            if state.derived.count >= Self.rememberedKeys { state.derived.removeAll() }
            let derived = Self.derive(master, salt)
            state.derived[salt] = derived
            return derived
        }
    }

    /// What of the header an encrypted body belongs to: the counts and the stream, which are known before the frame has its number.
    private static func context(_ header: FrameHeader) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: FrameHeader.byteCount)
        bytes.withUnsafeMutableBytes { header.write(to: $0) }
        return bytes.withUnsafeBytes { FrameHeader.counts($0) }
    }
}

extension FrameHeader {
    /// Bytes 32 … 56 of a header: the counts and the stream's tag.
    static func counts(_ header: UnsafeRawBufferPointer) -> [UInt8] { Array(header[32..<56]) }
}
