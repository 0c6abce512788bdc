import Crypto
import SluiceCore
import SluiceStreams

/// What a shard iterator of the embedded log says: a place, when it was made, and a code that only the state's key can make.
struct IteratorToken: Hashable, Sendable {
    private static let version: UInt8 = 1
    private static let bodyBytes = 29
    private static let codeBytes = 16

    /// Of the stream: one that was deleted and made again has another.
    var tag: UInt64
    var shard: Int
    var offset: UInt64
    /// Microseconds since 1970.
    var madeMicros: Int64

    func signed(_ key: SymmetricKey) -> ShardIterator {
        var body: [UInt8] = [Self.version]
        withUnsafeBytes(of: madeMicros.littleEndian) { body += $0 }
        withUnsafeBytes(of: tag.littleEndian) { body += $0 }
        withUnsafeBytes(of: UInt32(shard).littleEndian) { body += $0 }
        withUnsafeBytes(of: offset.littleEndian) { body += $0 }
        let code = HMAC<SHA256>.authenticationCode(for: body, using: key)
        return ShardIterator(token: Base64.encode(body + Array(code).prefix(Self.codeBytes)))
    }

    /// - Throws: `invalidIterator` for a token that was not made with this key, `expiredIterator`.
    init(_ iterator: ShardIterator, _ key: SymmetricKey, nowMicros: Int64) throws(SluiceError) {
        guard iterator.token.utf8.count <= 512, let bytes = Base64.decode(iterator.token.utf8),
            bytes.count == Self.bodyBytes + Self.codeBytes,
            bytes[0] == Self.version
        else { throw Self.invalid() }
        let body = Array(bytes[..<Self.bodyBytes])
        let code = Array(HMAC<SHA256>.authenticationCode(for: body, using: key)).prefix(Self.codeBytes)
        // All bytes are looked at, so that the time does not tell how many are right.
        guard zip(code, bytes[Self.bodyBytes...]).reduce(0, { $0 | ($1.0 ^ $1.1) }) == 0 else { throw Self.invalid() }
        (madeMicros, tag, shard, offset) = body.withUnsafeBytes { body in
            (
                FrameHeader.load(body, 1, as: Int64.self), FrameHeader.load(body, 9, as: UInt64.self),
                Int(FrameHeader.load(body, 17, as: UInt32.self)), FrameHeader.load(body, 21, as: UInt64.self)
            )
        }
        let age = nowMicros - madeMicros
        guard age <= Int64(StreamLimits.iteratorSeconds) * 1_000_000 else {
            throw SluiceError(
                .expiredIterator, "the iterator was made \(age / 1_000_000) seconds ago and lived \(StreamLimits.iteratorSeconds)",
                remedy: "make a new one behind the last record that was read")
        }
    }

    init(tag: UInt64, shard: Int, offset: UInt64, madeMicros: Int64) {
        self.tag = tag
        self.shard = shard
        self.offset = offset
        self.madeMicros = madeMicros
    }

    private static func invalid() -> SluiceError {
        SluiceError(.invalidIterator, "the shard iterator is not one of this store", remedy: "make one and use it unchanged")
    }
}
