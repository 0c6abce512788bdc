import Crypto
package import SluiceAWS

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
    package var etag: String { Self.hexadecimal(md5) }
    package var checksums: [ObjectChecksum] { running.map(\.checksum) }

    /// The entity tag of an object of parts: MD5 of the MD5s of its parts, and their number.
    static func etag(ofParts etags: [String]) -> String {
        var hash = Insecure.MD5()
        for etag in etags { hash.update(data: bytes(ofHexadecimal: etag)) }
        return hexadecimal(Array(hash.finalize())) + "-\(etags.count)"
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func bytes(ofHexadecimal text: String) -> [UInt8] {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
