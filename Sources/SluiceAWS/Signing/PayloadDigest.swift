import Crypto

/// SHA-256, as services want it of what they get.
package struct PayloadDigest: Sendable {
    private var hash = SHA256()

    package init() {}

    package mutating func update(_ bytes: some Collection<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ hash.update(bufferPointer: UnsafeRawBufferPointer($0)) }) == nil {
            hash.update(data: Array(bytes))
        }
    }

    /// 32 bytes.
    package var bytes: [UInt8] { Array(hash.finalize()) }
}
