/// Stands in for swift-crypto, which these fuzzers would build for a few digests: of the right length, and other ones for other texts as a rule.
public protocol HashFunction: Sendable {
    static var laneCount: Int { get }
    var lanes: [UInt64] { get set }
    init()
}

extension HashFunction {
    static var start: [UInt64] { (0..<laneCount).map { 0xcbf2_9ce4_8422_2325 ^ UInt64($0) &* 0x9E37_79B9_7F4A_7C15 } }

    public mutating func update(bufferPointer: UnsafeRawBufferPointer) { for byte in bufferPointer { mix(byte) } }
    public mutating func update(data: some Sequence<UInt8>) { for byte in data { mix(byte) } }

    private mutating func mix(_ byte: UInt8) {
        for lane in lanes.indices { lanes[lane] = (lanes[lane] ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }

    /// Eight bytes for each lane, the last one cut for SHA-1.
    public func finalize() -> [UInt8] {
        Array(
            lanes.flatMap { lane in (0..<8).map { UInt8(truncatingIfNeeded: lane >> ($0 * 8)) } }.prefix(
                Self.laneCount == 3 ? 20 : lanes.count * 8))
    }

    public static func hash(data: some Sequence<UInt8>) -> [UInt8] {
        var digest = Self()
        digest.update(data: data)
        return digest.finalize()
    }
}

public struct SHA256: HashFunction {
    public static let laneCount = 4
    public var lanes = Self.start
    public init() {}
}

public enum Insecure {
    public struct SHA1: HashFunction {
        public static let laneCount = 3
        public var lanes = Self.start
        public init() {}
    }

    public struct MD5: HashFunction {
        public static let laneCount = 2
        public var lanes = Self.start
        public init() {}
    }
}

public struct SymmetricKey: Sendable {
    let bytes: [UInt8]
    public init(data: some Sequence<UInt8>) { bytes = Array(data) }
}

public enum HMAC<Hash: HashFunction> {
    public static func authenticationCode(for data: some Sequence<UInt8>, using key: SymmetricKey) -> [UInt8] {
        Hash.hash(data: key.bytes + Array(data))
    }
}
