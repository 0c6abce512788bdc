import SluiceCore
import SluiceLog
import SluiceStreams

/// What travels with the records of one frame, so that a consumer decodes them and names their origin: headers of the stream's frame.
///
/// | header | value |
/// |---|---|
/// | `sluice-envelope` | what the source needs to decode its records (`RecordSource.envelope`) |
/// | `sluice-path` | the file that the records came from, UTF-8 |
/// | `sluice-lines` | the line of each record: the first as a varint, then the difference to the one before |
struct RecordEnvelope: Sendable {
    static let envelopeName = "sluice-envelope"
    static let pathName = "sluice-path"
    static let linesName = "sluice-lines"

    var envelope: [UInt8]
    /// Nil where the records did not come from a file.
    var path: String?
    var lines: [Int64]

    init(envelope: [UInt8], path: String?, lines: [Int64]) {
        self.envelope = envelope
        self.path = path
        self.lines = lines
    }

    /// Nil when the records were not put there by an ingest of this kind.
    init?(_ records: StreamRecords) {
        guard let envelope = records.header(Self.envelopeName) else { return nil }
        self.envelope = envelope
        path = records.header(Self.pathName).map { String(decoding: $0, as: UTF8.self) }
        lines = []
        guard let packed = records.header(Self.linesName) else { return }
        lines.reserveCapacity(records.count)
        var reader = packed[...]
        var line: Int64 = 0
        while let delta = Self.varint(&reader) {
            line &+= Int64(truncatingIfNeeded: delta)
            lines.append(line)
        }
    }

    var headers: [RecordHeader] {
        var headers = [RecordHeader(Self.envelopeName, envelope)]
        guard let path else { return headers }
        headers.append(RecordHeader(Self.pathName, text: path))
        var packed: [UInt8] = []
        packed.reserveCapacity(lines.count + 8)
        var before: Int64 = 0
        for line in lines {
            Self.append(varint: UInt64(line - before), to: &packed)
            before = line
        }
        headers.append(RecordHeader(Self.linesName, packed))
        return headers
    }

    /// Where the records came from: their file and lines, or their place in the stream.
    func origin(_ records: StreamRecords, stream: String, shard: Int) -> Origin {
        guard let path, lines.count >= records.count else { return records.origin(stream: stream, shard: shard) }
        // A reader that began inside the frame has only its last records.
        return Origin(.file(path: path), .listed(Array(lines.suffix(records.count))), raw: records.payloads)
    }

    private static func append(varint value: UInt64, to bytes: inout [UInt8]) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Nil at the end, or when the bytes are no varint of at most 64 bits.
    private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }
}
