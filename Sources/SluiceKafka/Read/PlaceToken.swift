#if Kafka
import Crypto
import SluiceCore
import SluiceStreams

/// What a shard iterator of this backend says: a place, and a code that only the backend that made it knows.
///
/// It does not expire: a place in a topic stays one. Layout: version 1, 1 byte; partition, 4; offset, 8; the topic's name; code, 16. Numbers are
/// big-endian.
struct PlaceToken: Hashable, Sendable {
    private static let version: UInt8 = 1
    private static let numberBytes = 13
    private static let codeBytes = 16

    var place: PartitionPlace
    var offset: Int64

    init(_ place: PartitionPlace, _ offset: Int64) {
        self.place = place
        self.offset = offset
    }

    func signed(_ key: SymmetricKey) -> ShardIterator {
        var body: [UInt8] = [Self.version]
        withUnsafeBytes(of: UInt32(place.partition).bigEndian) { body += $0 }
        withUnsafeBytes(of: offset.bigEndian) { body += $0 }
        body += place.topic.utf8
        return ShardIterator(token: Base64.encode(body + HMAC<SHA256>.authenticationCode(for: body, using: key).prefix(Self.codeBytes)))
    }

    /// - Throws: `invalidIterator` for a token that was not made with this key.
    init(_ iterator: ShardIterator, _ key: SymmetricKey) throws(SluiceError) {
        guard iterator.token.utf8.count <= 512, let bytes = Base64.decode(iterator.token.utf8),
            bytes.count > Self.numberBytes + Self.codeBytes, bytes[0] == Self.version
        else { throw Self.invalid() }
        let body = Array(bytes.dropLast(Self.codeBytes))
        let code = HMAC<SHA256>.authenticationCode(for: body, using: key).prefix(Self.codeBytes)
        // All bytes are looked at, so that the time does not tell how many are right.
        guard zip(code, bytes.suffix(Self.codeBytes)).reduce(0, { $0 | ($1.0 ^ $1.1) }) == 0 else { throw Self.invalid() }
        func number(_ range: Range<Int>) -> Int64 { body[range].reduce(0) { $0 << 8 | Int64($1) } }
        place = PartitionPlace(topic: String(decoding: body[Self.numberBytes...], as: UTF8.self), partition: Int(number(1..<5)))
        offset = number(5..<13)
    }

    private static func invalid() -> SluiceError {
        SluiceError(.invalidIterator, "the shard iterator is not one of this backend", remedy: "make one and use it unchanged")
    }
}
#endif
