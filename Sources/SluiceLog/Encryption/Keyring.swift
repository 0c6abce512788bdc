import SluiceCore
import SluiceStreams
import Synchronization

/// The cipher of a state directory's key file, made when it is first needed.
final class Keyring: Sendable {
    let file: KeyFile
    private let cipher = Mutex<FrameCipher?>(nil)

    init(_ file: KeyFile) { self.file = file }

    /// The cipher, with a key that is made where there is none.
    func forWriting() throws(SluiceError) -> FrameCipher {
        _ = try file.readOrCreate()
        return try forReading()
    }

    /// - Throws: `wrongKey` where there is no key file.
    func forReading() throws(SluiceError) -> FrameCipher {
        try cipher.withLock { cipher throws(SluiceError) in
            if let cipher { return cipher }
            guard let key = try file.read() else {
                throw SluiceError(
                    .wrongKey, "the records are encrypted, and there is no key file \(file.path.quotedForMessage)",
                    at: .file(path: file.path), remedy: "put the key file back that the stream was written with")
            }
            let made = FrameCipher(key)
            cipher = made
            return made
        }
    }
}
