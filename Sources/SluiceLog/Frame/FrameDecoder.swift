import SluiceCore
import SluiceStreams

/// Turns a frame's bytes back into records.
enum FrameDecoder {
    /// Whether the body is what its header's checksum says. `frame` is the whole frame.
    static func isIntact(_ frame: UnsafeRawBufferPointer, _ header: FrameHeader) -> Bool {
        CRC32C.checksum(UnsafeRawBufferPointer(rebasing: frame[FrameHeader.byteCount..<header.frameBytes])) == header.bodyChecksum
    }

    /// The records of the frame at `start` of `buffer`, whose payloads stay ranges of that buffer unless they had to be decrypted.
    ///
    /// - Returns: Nil when the checksum does not fit, or the offsets inside do not (a frame that was never written by this format).
    /// - Throws: `wrongKey`.
    static func decode(
        _ buffer: [UInt8], at start: Int, _ header: FrameHeader, _ keyring: Keyring?
    ) throws(SluiceError) -> StreamRecords? {
        let range = start..<(start + header.frameBytes)
        guard buffer.withUnsafeBytes({ isIntact(UnsafeRawBufferPointer(rebasing: $0[range]), header) }) else { return nil }
        guard header.isEncrypted else { return records(buffer, at: start, header) }
        guard let keyring else { throw FrameCipher.otherKey() }
        do throws(SluiceError) {
            return records(try keyring.forReading().decrypt(buffer[range]), at: 0, header)
        } catch {
            if error.code == .corruptFrame { return nil }
            throw error
        }
    }

    private static func records(_ buffer: [UInt8], at start: Int, _ header: FrameHeader) -> StreamRecords? {
        let count = header.recordCount
        guard
            let parts = buffer.withUnsafeBytes({ bytes -> (keys: ByteRows, starts: [Int32], ends: [Int32], headers: [RecordHeader])? in
                let frame = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + header.plainFrameBytes)])
                guard
                    let keyOffsets = offsets(frame, header.keyOffsetsStart, count: count, end: header.keyBytes, shift: 0),
                    let payloadOffsets = offsets(
                        frame, header.payloadOffsetsStart, count: count, end: header.payloadBytes, shift: start + header.payloadsStart),
                    let headers = headers(UnsafeRawBufferPointer(rebasing: frame[header.headersStart..<header.keysStart]))
                else { return nil }
                let keys = ByteRows(offsets: keyOffsets, data: Array(frame[header.keysStart..<header.payloadsStart]))
                return (keys, Array(payloadOffsets.dropLast()), Array(payloadOffsets.dropFirst()), headers)
            })
        else { return nil }
        return StreamRecords(
            baseSequence: header.baseSequence, arrivalMicros: header.arrivalMicros, headers: parts.headers, keys: parts.keys,
            payloads: RawRecords(bytes: buffer, starts: parts.starts, ends: parts.ends), isEncrypted: header.isEncrypted)
    }

    /// `count + 1` ascending offsets from 0 to `end`, each moved by `shift`; nil if they are not.
    private static func offsets(_ frame: UnsafeRawBufferPointer, _ place: Int, count: Int, end: Int, shift: Int) -> [Int32]? {
        var previous: Int32 = 0
        var ascending = FrameHeader.load(frame, place, as: Int32.self) == 0
        let offsets = [Int32](unsafeUninitializedCapacity: count + 1) { target, written in
            for index in 0...count {
                let offset = FrameHeader.load(frame, place + 4 * index, as: Int32.self)
                ascending = ascending && offset >= previous
                previous = offset
                target[index] = offset &+ Int32(truncatingIfNeeded: shift)
            }
            written = count + 1
        }
        return ascending && Int(previous) == end ? offsets : nil
    }

    /// What `FrameEncoder.encodeHeaders` made; nil if it did not.
    static func headers(_ bytes: UnsafeRawBufferPointer) -> [RecordHeader]? {
        var headers: [RecordHeader] = []
        var place = 0
        while place < bytes.count {
            guard bytes.count - place >= 6 else { return nil }
            let name = place + 6
            let value = name + Int(FrameHeader.load(bytes, place, as: UInt16.self))
            let end = value + Int(FrameHeader.load(bytes, place + 2, as: UInt32.self))
            guard value <= bytes.count, end <= bytes.count else { return nil }
            headers.append(RecordHeader(String(decoding: bytes[name..<value], as: UTF8.self), Array(bytes[value..<end])))
            place = end
        }
        return headers
    }
}
