import SluiceCore

/// The fixed first 96 bytes of a frame (`docs/formats/stream.md`), all integers little-endian.
///
/// The header has its own checksum, so a frame with a damaged body can still be stepped over, and headers can be walked without reading or
/// decrypting bodies.
struct FrameHeader: Equatable {
    static let byteCount = 96
    /// "SLUF" in file order.
    static let magic: UInt32 = 0x4655_4C53
    static let version: UInt16 = 2
    /// Frames begin at multiples of this.
    static let alignment = 8
    private static let encryptedFlag: UInt16 = 1
    private static let checksumPlace = byteCount - 4

    /// The whole frame: header, body and padding.
    var frameBytes: Int
    /// CRC-32C of everything behind the header.
    var bodyChecksum: UInt32
    var baseSequence: UInt64
    /// Microseconds since 1970.
    var arrivalMicros: Int64
    var recordCount: Int
    var headerBytes: Int
    var keyBytes: Int
    var payloadBytes: Int
    /// Random number of the stream, so that bytes of another stream or of a payload are never taken for a frame.
    var streamTag: UInt64
    /// Base of the segment, so that what a recycled file held before is never taken for a frame.
    var segmentBase: UInt64 = 0
    var isEncrypted = false
    var producer: ProducerStamp?

    var sequences: Range<UInt64> { baseSequence..<(baseSequence + UInt64(recordCount)) }

    /// Frame-relative places of the parts of the body, in file order; of an encrypted frame, the places once it is decrypted.
    var keyOffsetsStart: Int { Self.byteCount }
    var payloadOffsetsStart: Int { keyOffsetsStart + 4 * (recordCount + 1) }
    var headersStart: Int { payloadOffsetsStart + 4 * (recordCount + 1) }
    var keysStart: Int { headersStart + headerBytes }
    var payloadsStart: Int { keysStart + keyBytes }
    var payloadsEnd: Int { payloadsStart + payloadBytes }

    /// Length of the frame without encryption: what the parts add up to, padded.
    var plainFrameBytes: Int { (payloadsEnd + Self.alignment - 1) & ~(Self.alignment - 1) }
    var expectedFrameBytes: Int { plainFrameBytes + (isEncrypted ? FrameCipher.overheadBytes : 0) }

    /// What stands where a frame may begin.
    enum Parsed: Equatable {
        case header(FrameHeader)
        /// A frame of another segment, left in a file that was recycled: the end of this one.
        case stale
        /// A frame of another format: not damage.
        case otherVersion(UInt16)
        case damaged
    }

    /// Reads a header of the stream `tag` from at least `byteCount` bytes; its numbers are consistent when it is one.
    ///
    /// - Parameter segment: Base of the segment that it must belong to; nil for any.
    static func parse(_ bytes: UnsafeRawBufferPointer, tag: UInt64, segment: UInt64?) -> Parsed {
        guard bytes.count >= byteCount, load(bytes, 0, as: UInt32.self) == magic else { return .damaged }
        let sum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[0..<checksumPlace]))
        guard load(bytes, checksumPlace, as: UInt32.self) == sum else { return otherVersion(bytes) }
        let version = load(bytes, 4, as: UInt16.self)
        guard version == Self.version else { return .otherVersion(version) }
        guard load(bytes, 48, as: UInt64.self) == tag else { return .damaged }
        let base = load(bytes, 56, as: UInt64.self)
        if let segment, segment != base { return .stale }
        let header = FrameHeader(
            frameBytes: Int(load(bytes, 8, as: UInt32.self)), bodyChecksum: load(bytes, 12, as: UInt32.self),
            baseSequence: load(bytes, 16, as: UInt64.self), arrivalMicros: load(bytes, 24, as: Int64.self),
            recordCount: Int(load(bytes, 32, as: UInt32.self)), headerBytes: Int(load(bytes, 36, as: UInt32.self)),
            keyBytes: Int(load(bytes, 40, as: UInt32.self)), payloadBytes: Int(load(bytes, 44, as: UInt32.self)),
            streamTag: tag, segmentBase: base, isEncrypted: load(bytes, 6, as: UInt16.self) & encryptedFlag != 0,
            producer: ProducerStamp(bytes))
        let fits =
            header.frameBytes <= LogLimits.frameBytes && (1...LogLimits.frameRecords).contains(header.recordCount)
            && header.expectedFrameBytes == header.frameBytes && header.baseSequence <= UInt64.max - UInt64(header.recordCount)
        return fits ? .header(header) : .damaged
    }

    /// Version 1 had its checksum at byte 60.
    private static func otherVersion(_ bytes: UnsafeRawBufferPointer) -> Parsed {
        let isFirst =
            load(bytes, 4, as: UInt16.self) == 1
            && load(bytes, 60, as: UInt32.self) == CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[0..<60]))
        return isFirst ? .otherVersion(1) : .damaged
    }

    /// Writes the header with its checksum over the first bytes of a frame.
    func write(to bytes: UnsafeMutableRawBufferPointer) {
        bytes[0..<Self.byteCount].initializeMemory(as: UInt8.self, repeating: 0)
        Self.store(Self.magic, bytes, 0)
        Self.store(Self.version, bytes, 4)
        Self.store(isEncrypted ? Self.encryptedFlag : 0, bytes, 6)
        Self.store(UInt32(frameBytes), bytes, 8)
        Self.store(bodyChecksum, bytes, 12)
        Self.store(baseSequence, bytes, 16)
        Self.store(arrivalMicros, bytes, 24)
        Self.store(UInt32(recordCount), bytes, 32)
        Self.store(UInt32(headerBytes), bytes, 36)
        Self.store(UInt32(keyBytes), bytes, 40)
        Self.store(UInt32(payloadBytes), bytes, 44)
        Self.store(streamTag, bytes, 48)
        Self.store(segmentBase, bytes, 56)
        producer?.write(to: bytes)
        let sum = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[0..<Self.checksumPlace]))
        Self.store(sum, bytes, Self.checksumPlace)
    }

    static func load<T: FixedWidthInteger & BitwiseCopyable>(_ bytes: UnsafeRawBufferPointer, _ place: Int, as type: T.Type) -> T {
        T(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: T.self))
    }

    static func store<T: FixedWidthInteger & BitwiseCopyable>(_ value: T, _ bytes: UnsafeMutableRawBufferPointer, _ place: Int) {
        bytes.storeBytes(of: value.littleEndian, toByteOffset: place, as: T.self)
    }
}
