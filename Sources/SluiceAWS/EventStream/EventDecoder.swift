/// Takes messages out of the bytes of an event stream as they come.
///
/// A message, numbers big-endian: its length and that of its headers, 4 bytes each; the checksum of these 8 bytes, 4; headers; payload; the
/// checksum of all before it, 4. No length is believed before its checksum was right, and none beyond its bound.
package struct EventDecoder {
    /// Why the bytes are no event stream.
    package enum Failure: Error, Hashable, Sendable {
        /// The checksum of the lengths, or of a message, is another than it says.
        case checksum(said: UInt32, found: UInt32)
        /// Lengths that no message has.
        case lengths(total: UInt32, headers: UInt32)
        case tooLong(bytes: Int, limit: Int)
        /// The headers do not fill their place, or one has a type that there is not.
        case headers
        /// The stream ended inside a message, behind so many of its bytes.
        case cut(have: Int)
    }

    private static let preludeBytes = 12
    /// Prelude and checksum.
    private static let frameBytes = 16

    private var bytes: [UInt8] = []
    /// Where the next message begins.
    private var start = 0

    package init() {}

    package mutating func append(_ part: some Sequence<UInt8>) {
        if start > 0 {
            bytes.removeFirst(start)
            start = 0
        }
        bytes += part
    }

    /// The next whole message; nil where more bytes are needed. After a failure there is nothing more to read.
    package mutating func next() throws(Failure) -> EventMessage? {
        guard bytes.count - start >= Self.preludeBytes else { return nil }
        let (total, headers) = (number(start), number(start + 4))
        try check(start..<start + 8)
        guard total >= Self.frameBytes, headers <= Int(total) - Self.frameBytes else {
            throw .lengths(total: total, headers: headers)
        }
        let payload = Int(total) - Self.frameBytes - Int(headers)
        guard headers <= AWSLimits.eventHeaderBytes else { throw .tooLong(bytes: Int(headers), limit: AWSLimits.eventHeaderBytes) }
        guard payload <= AWSLimits.eventPayloadBytes else { throw .tooLong(bytes: payload, limit: AWSLimits.eventPayloadBytes) }
        let end = start + Int(total)
        guard bytes.count >= end else { return nil }
        try check(start..<end - 4)
        let payloadStart = start + Self.preludeBytes + Int(headers)
        var reader = EventHeaderReader(bytes[start + Self.preludeBytes..<payloadStart])
        let message = EventMessage(headers: try reader.all(), payload: Array(bytes[payloadStart..<end - 4]))
        start = end
        return message
    }

    /// Called at the end of the stream.
    package func finish() throws(Failure) {
        if start < bytes.count { throw .cut(have: bytes.count - start) }
    }

    private func check(_ range: Range<Int>) throws(Failure) {
        let (said, found) = (number(range.upperBound), EventChecksum.of(bytes[range]))
        guard said == found else { throw .checksum(said: said, found: found) }
    }

    private func number(_ place: Int) -> UInt32 { bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) } }
}

extension EventDecoder.Failure {
    /// As messages show it.
    var text: String {
        switch self {
        case .checksum(let said, let found):
            "a checksum is \(String(said, radix: 16)), and that of the bytes is \(String(found, radix: 16))"
        case .lengths(let total, let headers): "an event of \(total) bytes cannot have headers of \(headers)"
        case .tooLong(let bytes, let limit): "an event has \(bytes) bytes where \(limit) are allowed"
        case .headers: "the headers of an event are malformed"
        case .cut(let have): "it was cut behind \(have) bytes of an event"
        }
    }
}

/// Reads the headers of a message: of each, the length of the name, 1 byte; the name; the type of the value, 1; the value.
private struct EventHeaderReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func all() throws(EventDecoder.Failure) -> [String: EventMessage.Value] {
        var headers: [String: EventMessage.Value] = [:]
        while !rest.isEmpty {
            let name = try text(Int(try number(UInt8.self)))
            guard !name.isEmpty else { throw .headers }
            headers[name] = try value(type: try number(UInt8.self))
        }
        return headers
    }

    private mutating func value(type: UInt8) throws(EventDecoder.Failure) -> EventMessage.Value {
        switch type {
        case 0: .boolean(true)
        case 1: .boolean(false)
        case 2: .integer(Int64(try number(Int8.self)))
        case 3: .integer(Int64(try number(Int16.self)))
        case 4: .integer(Int64(try number(Int32.self)))
        case 5: .integer(try number(Int64.self))
        case 6: .bytes(Array(try take(Int(try number(UInt16.self)))))
        case 7: .text(try text(Int(try number(UInt16.self))))
        case 8: .time(try number(Int64.self))
        case 9: .uuid(try number(UInt128.self))
        default: throw .headers
        }
    }

    private mutating func text(_ count: Int) throws(EventDecoder.Failure) -> String {
        guard let text = String(validating: try take(count), as: UTF8.self) else { throw .headers }
        return text
    }

    private mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) throws(EventDecoder.Failure) -> Number {
        try take(MemoryLayout<Number>.size).reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    private mutating func take(_ count: Int) throws(EventDecoder.Failure) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw .headers }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
