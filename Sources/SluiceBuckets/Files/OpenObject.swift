import Glibc
package import SluiceCore

/// A version whose bytes are open to be read; they stay, whatever becomes of the object. Closed when nobody has it any more.
package final class OpenObject: @unchecked Sendable {
    package let version: ObjectVersion
    private var descriptor: Int32

    init(_ version: ObjectVersion, _ descriptor: Int32) {
        self.version = version
        self.descriptor = descriptor
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Gives the descriptor, at the file's beginning, to the caller, who closes it.
    package func takeDescriptor() -> Int32 {
        defer { descriptor = -1 }
        return descriptor
    }

    /// Valid as long as the object is held.
    var borrowedDescriptor: Int32 { descriptor }

    /// All bytes of a small object.
    package func bytes() throws(SluiceError) -> [UInt8] {
        var failure: SluiceError?
        let count = Int(version.byteCount)
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            while filled < count {
                let read = pread(descriptor, target.baseAddress! + filled, count - filled, off_t(filled))
                if read < 0, errno == EINTR { continue }
                guard read > 0 else {
                    failure = .system(read < 0 ? errno : EIO, cannot: "read", version.key.text)
                    return
                }
                filled += read
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
