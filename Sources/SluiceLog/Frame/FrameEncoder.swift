import SluiceCore
import SluiceStreams

/// What frames of one append share beside the records.
struct FrameContext: Sendable {
    var tag: UInt64
    var cipher: FrameCipher?
    var producer: PutBatch.Producer?
    /// Rows of the producer's batch that the shard holds already; the encoded rows follow them.
    var rowsBefore = 0
}

/// Lays records out as frames (`docs/formats/stream.md`).
enum FrameEncoder {
    /// Frames of at most `LogLimits.targetFrameBytes` that hold the chosen rows in order.
    ///
    /// - Parameter rows: Which records, in which order.
    /// - Throws: `recordTooLarge` with the row, `limitExceeded` for headers; nothing is encoded then.
    static func encode(_ records: NewRecords, rows: [Int32], _ context: FrameContext) throws(SluiceError) -> [EncodedFrame] {
        let headers = try encodeHeaders(records.headers)
        var frames: [EncodedFrame] = []
        var start = 0
        while start < rows.count {
            var end = start
            var keyBytes = 0
            var payloadBytes = 0
            while end < rows.count, end - start < LogLimits.frameRecords {
                let row = Int(rows[end])
                let key = records.keys.length(row)
                let payload = records.payloads.range(row).count
                try check(key: key, payload: payload, row: row)
                if end > start, payloadBytes + keyBytes + payload + key > LogLimits.targetFrameBytes { break }
                keyBytes += key
                payloadBytes += payload
                end += 1
            }
            let stamp = context.producer.map {
                ProducerStamp(
                    id: $0.id, batch: $0.batch, rowsBefore: context.rowsBefore + start, rowsTotal: context.rowsBefore + rows.count)
            }
            let header = FrameHeader(
                frameBytes: 0, bodyChecksum: 0, baseSequence: 0, arrivalMicros: 0, recordCount: end - start, headerBytes: headers.count,
                keyBytes: keyBytes, payloadBytes: payloadBytes, streamTag: context.tag, producer: stamp)
            let plain = frame(records, rows[start..<end], headers, header, checks: context.cipher == nil)
            frames.append(context.cipher?.encrypt(plain) ?? plain)
            start = end
        }
        return frames
    }

    /// - Throws: `recordTooLarge` for what no stream takes.
    static func check(key: Int, payload: Int, row: Int) throws(SluiceError) {
        if key > StreamLimits.keyBytes {
            throw SluiceError(
                .recordTooLarge, "the partition key of record \(row) has \(key) bytes; a stream takes \(StreamLimits.keyBytes)")
        }
        if payload > StreamLimits.payloadBytes {
            throw SluiceError(.recordTooLarge, "record \(row) has \(payload) bytes; a stream takes \(StreamLimits.payloadBytes)")
        }
    }

    /// A run of `u16 name length, u32 value length, name, value`.
    static func encodeHeaders(_ headers: [RecordHeader]) throws(SluiceError) -> [UInt8] {
        var bytes: [UInt8] = []
        for header in headers {
            let name = Array(header.name.utf8)
            guard bytes.count + 6 + name.count + header.value.count <= LogLimits.headerBytes, name.count <= Int(UInt16.max) else {
                throw SluiceError(.limitExceeded, "the headers of a frame are over \(LogLimits.headerBytes) bytes")
            }
            withUnsafeBytes(of: UInt16(name.count).littleEndian) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: UInt32(header.value.count).littleEndian) { bytes.append(contentsOf: $0) }
            bytes += name
            bytes += header.value
        }
        return bytes
    }

    private static func frame(
        _ records: NewRecords, _ rows: ArraySlice<Int32>, _ headers: [UInt8], _ parts: FrameHeader, checks: Bool
    ) -> EncodedFrame {
        var header = parts
        header.frameBytes = header.expectedFrameBytes
        let bytes = [UInt8](unsafeUninitializedCapacity: header.frameBytes) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            raw[..<FrameHeader.byteCount].initializeMemory(as: UInt8.self, repeating: 0)
            writeRows(records, rows, header, raw)
            if !headers.isEmpty { raw[header.headersStart..<header.keysStart].copyBytes(from: headers) }
            raw[header.payloadsEnd...].initializeMemory(as: UInt8.self, repeating: 0)
            if checks {
                header.bodyChecksum = CRC32C.checksum(
                    UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(raw)[FrameHeader.byteCount...]))
            }
            count = header.frameBytes
        }
        return EncodedFrame(bytes: bytes, header: header)
    }

    /// Offsets, keys and payloads: one copy of each byte, from the caller's buffers to the frame.
    private static func writeRows(
        _ records: NewRecords, _ rows: ArraySlice<Int32>, _ header: FrameHeader, _ raw: UnsafeMutableRawBufferPointer
    ) {
        let target = raw.baseAddress!
        records.keys.data.withUnsafeBytes { keys in
            records.payloads.bytes.withUnsafeBytes { payloads in
                var key = 0
                var payload = 0
                FrameHeader.store(Int32(0), raw, header.keyOffsetsStart)
                FrameHeader.store(Int32(0), raw, header.payloadOffsetsStart)
                for (place, row) in rows.enumerated() {
                    let keyRange = records.keys.range(Int(row))
                    let payloadRange = records.payloads.range(Int(row))
                    if !keyRange.isEmpty {
                        (target + header.keysStart + key).copyMemory(
                            from: keys.baseAddress! + keyRange.lowerBound, byteCount: keyRange.count)
                    }
                    if !payloadRange.isEmpty {
                        (target + header.payloadsStart + payload).copyMemory(
                            from: payloads.baseAddress! + payloadRange.lowerBound, byteCount: payloadRange.count)
                    }
                    key += keyRange.count
                    payload += payloadRange.count
                    FrameHeader.store(Int32(key), raw, header.keyOffsetsStart + 4 * (place + 1))
                    FrameHeader.store(Int32(payload), raw, header.payloadOffsetsStart + 4 * (place + 1))
                }
            }
        }
    }
}
