package import SluiceCore
import SluiceFormats

/// That a file or object came, changed or went.
package struct CrawlEvent: Hashable, Sendable {
    /// Absolute, or a URL.
    package var path: String

    package init(path: String) { self.path = path }

    /// What a line tells: a path, or a message of S3 as a queue delivers it (AWS: "Event message structure").
    ///
    /// - Throws: `invalidArgument` for JSON that is no such message.
    package static func events(of line: String) throws(SluiceError) -> [CrawlEvent] {
        guard line.first == "{" else { return line.isEmpty ? [] : [CrawlEvent(path: line)] }
        guard let message = JSONValueText.value(line) else { throw wrong(line) }
        // A topic between the bucket and the queue puts the message into a text.
        if case .string(let inner)? = message[member: "Message"] { return try events(of: inner) }
        if message[member: "Event"] == .string("s3:TestEvent") { return [] }
        guard case .list(let records)? = message[member: "Records"] else { throw wrong(line) }
        var events: [CrawlEvent] = []
        for record in records {
            guard let place = record[member: "s3"], case .string(let bucket)? = place[member: "bucket"]?[member: "name"],
                case .string(let key)? = place[member: "object"]?[member: "key"], let name = decoded(key)
            else { throw wrong(line) }
            events.append(CrawlEvent(path: "s3://\(bucket)/\(name)"))
        }
        return events
    }

    private static func wrong(_ line: String) -> SluiceError {
        SluiceError(
            .wrongArgument, "no path and no message of S3: \(String(line.prefix(120)).quotedForMessage)",
            remedy: "write a path a line, or messages with Records[].s3.bucket.name and Records[].s3.object.key")
    }

    /// A key as messages write it: `+` for a space, `%xx` for other bytes.
    private static func decoded(_ key: String) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(key.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2 else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
