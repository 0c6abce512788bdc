import Crypto
import SluiceCore

/// A checksum of bytes as S3 has it of objects and parts. Source: S3's user guide, "Checking object integrity".
package struct ObjectChecksum: Hashable, Sendable {
    /// The algorithms of which S3 takes checksums.
    package enum Algorithm: String, CaseIterable, Sendable {
        case crc64nvme = "CRC64NVME"
        case crc32c = "CRC32C"
        case crc32 = "CRC32"
        case sha256 = "SHA256"
        case sha1 = "SHA1"

        /// What goes along with what is written: the one that every service of the API knows, and that holds for an object of parts as a whole.
        package static let sent = Algorithm.crc32

        /// Of the value, in requests and answers.
        package var header: String { "x-amz-checksum-" + rawValue.lowercased() }
        /// Of the value, in XML.
        package var element: String { "Checksum" + rawValue }
    }

    package var algorithm: Algorithm
    /// Base 64.
    package var value: String

    package init(_ algorithm: Algorithm, _ value: String) {
        self.algorithm = algorithm
        self.value = value
    }

    package init(_ algorithm: Algorithm, of bytes: some Collection<UInt8>) {
        var running = RunningChecksum(algorithm)
        running.update(bytes)
        self = running.checksum
    }

    /// That of a whole object, as the headers of an answer tell it; nil where they tell none, or one that is made of those of parts. Servers that
    /// do not say which it is (moto, in answers to HEAD) show by the ETag that there were parts.
    package init?(_ headers: [String: String]) {
        let isOfParts = (headers["etag"] ?? "").contains("-")
        guard (headers["x-amz-checksum-type"] ?? (isOfParts ? "COMPOSITE" : "FULL_OBJECT")) != "COMPOSITE" else { return nil }
        for algorithm in Algorithm.allCases {
            guard let value = headers[algorithm.header], !value.contains("-") else { continue }
            self.init(algorithm, value)
            return
        }
        return nil
    }
}

/// A checksum of bytes that come one after another.
package struct RunningChecksum: Sendable {
    private enum State: Sendable {
        case cyclic(CRCTables, UInt64)
        case digest(PayloadDigest)
        case oldDigest(Insecure.SHA1)
    }

    package let algorithm: ObjectChecksum.Algorithm
    private var state: State

    package init(_ algorithm: ObjectChecksum.Algorithm) {
        self.algorithm = algorithm
        switch algorithm {
        case .crc64nvme: state = .cyclic(.crc64nvme, CRCTables.crc64nvme.start)
        case .crc32c: state = .cyclic(.crc32c, CRCTables.crc32c.start)
        case .crc32: state = .cyclic(.crc32, CRCTables.crc32.start)
        case .sha256: state = .digest(PayloadDigest())
        case .sha1: state = .oldDigest(Insecure.SHA1())
        }
    }

    package mutating func update(_ bytes: some Collection<UInt8>) {
        switch state {
        case .cyclic(let tables, let remainder):
            let next = bytes.withContiguousStorageIfAvailable { tables.update(remainder, UnsafeRawBufferPointer($0)) }
            state = .cyclic(tables, next ?? Array(bytes).withUnsafeBytes { tables.update(remainder, $0) })
        case .digest(var digest):
            digest.update(bytes)
            state = .digest(digest)
        case .oldDigest(var digest):
            if bytes.withContiguousStorageIfAvailable({ digest.update(bufferPointer: UnsafeRawBufferPointer($0)) }) == nil {
                digest.update(data: Array(bytes))
            }
            state = .oldDigest(digest)
        }
    }

    package var checksum: ObjectChecksum {
        switch state {
        case .cyclic(let tables, let remainder): ObjectChecksum(algorithm, Base64.encode(tables.bytes(remainder)))
        case .digest(let digest): ObjectChecksum(algorithm, Base64.encode(digest.bytes))
        case .oldDigest(let digest): ObjectChecksum(algorithm, Base64.encode(Array(digest.finalize())))
        }
    }
}
