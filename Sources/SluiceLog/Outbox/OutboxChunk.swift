package import SluiceCore
package import SluiceStreams

/// Records that wait to be put into a stream together, as one batch of a producer.
///
/// Their bytes, numbers little-endian: CRC-32C of all behind it (4), length of the whole (4), the chunk's number in its publication (4), records
/// (4), bytes of headers (4), of keys (4), of payloads (4); the end of each key (4 a record), the end of each payload (4 a record), headers,
/// keys, payloads.
package struct OutboxChunk: Hashable, Sendable {
    static let headerBytes = 28

    package private(set) var headers: [RecordHeader]
    package private(set) var keys = ByteRows()
    package private(set) var payloads = ByteRows()

    /// - Parameter headers: What all records share.
    package init(headers: [RecordHeader]) { self.headers = headers }

    package var count: Int { keys.count }
    package var isFull: Bool { keys.byteCount + payloads.byteCount >= OutboxLimits.targetChunkBytes }

    /// Adds one record.
    ///
    /// - Throws: `recordTooLarge`: no stream would take it.
    package mutating func append(key: ArraySlice<UInt8>, payload: ArraySlice<UInt8>) throws(SluiceError) {
        try FrameEncoder.check(key: key.count, payload: payload.count, row: count)
        keys.append(key)
        payloads.append(payload)
    }

    /// - Throws: `limitExceeded` for headers that are too long.
    package func encode(number: Int, into bytes: inout [UInt8]) throws(SluiceError) {
        let headers = try FrameEncoder.encodeHeaders(headers)
        let start = bytes.count
        let total = Self.headerBytes + 8 * count + headers.count + keys.data.count + payloads.data.count
        bytes.reserveCapacity(start + total)
        for field in [0, total, number, count, headers.count, keys.data.count, payloads.data.count] { Self.put(UInt32(field), &bytes) }
        for end in keys.offsets.dropFirst() { Self.put(UInt32(end), &bytes) }
        for end in payloads.offsets.dropFirst() { Self.put(UInt32(end), &bytes) }
        bytes += headers
        bytes += keys.data
        bytes += payloads.data
        let checksum = bytes.withUnsafeBytes { CRC32C.checksum(UnsafeRawBufferPointer(rebasing: $0[(start + 4)...])) }
        for index in 0..<4 { bytes[start + index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(index))) }
    }

    /// How long a chunk is, from its first bytes; nil if they are no chunk's.
    static func byteCount(_ head: [UInt8]) -> Int? {
        guard head.count >= headerBytes else { return nil }
        let total = head.withUnsafeBytes { FrameHeader.load($0, 4, as: UInt32.self) }
        return (headerBytes...OutboxLimits.chunkBytes).contains(Int(total)) ? Int(total) : nil
    }

    /// Nil unless the bytes are a whole chunk of this number.
    init?(_ bytes: [UInt8], number: Int) {
        guard Self.byteCount(bytes) == bytes.count else { return nil }
        let parts = bytes.withUnsafeBytes { raw -> (headers: [RecordHeader], keys: ByteRows, payloads: ByteRows)? in
            func field(_ index: Int) -> Int { Int(FrameHeader.load(raw, 4 * index, as: UInt32.self)) }
            let (count, headerBytes, keyBytes, payloadBytes) = (field(3), field(4), field(5), field(6))
            guard field(2) == number, UInt32(field(0)) == CRC32C.checksum(UnsafeRawBufferPointer(rebasing: raw[4...])),
                Self.headerBytes + 8 * count + headerBytes + keyBytes + payloadBytes == bytes.count
            else { return nil }
            let headersStart = Self.headerBytes + 8 * count
            let keysStart = headersStart + headerBytes
            let payloadsStart = keysStart + keyBytes
            guard
                let keys = Self.rows(raw, Self.headerBytes, count, keysStart..<payloadsStart),
                let payloads = Self.rows(raw, Self.headerBytes + 4 * count, count, payloadsStart..<bytes.count),
                let headers = FrameDecoder.headers(UnsafeRawBufferPointer(rebasing: raw[headersStart..<keysStart]))
            else { return nil }
            return (headers, keys, payloads)
        }
        guard let parts else { return nil }
        (headers, keys, payloads) = parts
    }

    /// Rows whose ends ascend to the end of their data; nil if they do not.
    private static func rows(_ raw: UnsafeRawBufferPointer, _ place: Int, _ count: Int, _ data: Range<Int>) -> ByteRows? {
        var offsets: [Int32] = [0]
        offsets.reserveCapacity(count + 1)
        for row in 0..<count {
            let end = FrameHeader.load(raw, place + 4 * row, as: UInt32.self)
            guard end <= UInt32(data.count), Int32(end) >= offsets[row] else { return nil }
            offsets.append(Int32(end))
        }
        guard Int(offsets[count]) == data.count else { return nil }
        return ByteRows(offsets: offsets, data: Array(raw[data]))
    }

    private static func put(_ number: UInt32, _ bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
