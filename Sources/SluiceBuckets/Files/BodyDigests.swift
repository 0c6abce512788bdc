import Crypto
package import SluiceAWS
import SluiceCore

/// MD5 and checksums of bytes that come one after another.
package struct BodyDigests: Sendable {
    private var hash = Insecure.MD5()
    private var running: [RunningChecksum]

    package init(_ algorithms: [ObjectChecksum.Algorithm]) { running = algorithms.map { RunningChecksum($0) } }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        hash.update(bufferPointer: bytes)
        for place in running.indices { running[place].update(bytes) }
    }

    /// 16 bytes.
    package var md5: [UInt8] { Array(hash.finalize()) }
    package var etag: String { Hexadecimal.text(md5) }
    package var checksums: [ObjectChecksum] { running.map(\.checksum) }

    /// The entity tag of an object of parts: MD5 of the MD5s of its parts, and their number.
    static func etag(ofParts etags: [String]) -> String {
        var hash = Insecure.MD5()
        for etag in etags { hash.update(data: Hexadecimal.bytes(etag.utf8) ?? []) }
        return Hexadecimal.text(hash.finalize()) + "-\(etags.count)"
    }
}
