import SluiceCore
import SluiceJSON

/// A line that a tap writes: the Singer specification's messages (hub.meltano.com/singer/spec) and the SDK's BATCH.
enum SingerMessage {
    /// The record's place in the bytes.
    case record(stream: String, Range<Int>)
    case schema(SingerSchema)
    /// The value's place in the bytes.
    case state(Range<Int>)
    case activateVersion(stream: String)
    case batch(stream: String, SingerBatch)

    private typealias Members = [(name: Range<Int>, value: Range<Int>)]

    /// - Parameter line: Where the message stands, without its line end.
    /// - Throws: `SingerFault`.
    init(_ line: Range<Int>, _ bytes: JSONScanner) throws {
        guard let members = try? bytes.members(line), let type = try? Self.text("type", members, bytes) else {
            throw SingerFault("a line that is no message")
        }
        guard let message = try Self.message(type, members, bytes) else {
            throw SingerFault(
                ["RECORD", "SCHEMA", "STATE", "ACTIVATE_VERSION", "BATCH"].contains(type)
                    ? "a message \(type) that lacks what such a message has" : "a message of the unknown type \(type.quotedForMessage)")
        }
        self = message
    }

    private static func message(_ type: String, _ members: Members, _ bytes: JSONScanner) throws -> SingerMessage? {
        if type == "STATE" { return try value("value", members, bytes).map { .state($0) } }
        guard let stream = try text("stream", members, bytes) else { return nil }
        switch type {
        case "RECORD":
            return try value("record", members, bytes).map { .record(stream: stream, $0) }
        case "SCHEMA":
            guard let place = try value("schema", members, bytes), let schema = try? bytes.node(place), case .object = schema else {
                return nil
            }
            let keys = try value("key_properties", members, bytes).flatMap { try? bytes.node($0) }
            return .schema(SingerSchema(stream: stream, schema: schema, keys: keys?.elements.compactMap(\.string) ?? []))
        case "ACTIVATE_VERSION": return .activateVersion(stream: stream)
        case "BATCH":
            guard let manifest = try value("manifest", members, bytes).flatMap({ try? bytes.node($0) }) else { return nil }
            let encoding = try value("encoding", members, bytes).flatMap { try? bytes.node($0) }
            return .batch(
                stream: stream,
                SingerBatch(
                    format: encoding?["format"]?.string ?? "jsonl", compression: encoding?["compression"]?.string,
                    files: manifest.elements.compactMap(\.string)))
        default: return nil
        }
    }

    private static func value(_ name: String, _ members: Members, _ bytes: JSONScanner) throws -> Range<Int>? {
        for member in members where try bytes.isName(name, at: member.name) { return member.value }
        return nil
    }

    private static func text(_ name: String, _ members: Members, _ bytes: JSONScanner) throws -> String? {
        guard let place = try value(name, members, bytes), bytes.kind(place) == .text else { return nil }
        return try bytes.text(place)
    }
}

/// What is wrong with what a tap wrote, as what it wrote: "a line that …".
struct SingerFault: Error {
    var what: String

    init(_ what: String) { self.what = what }
}

/// A SCHEMA message.
struct SingerSchema: Sendable {
    var stream: String
    var schema: JSONNode
    /// Names of the properties that tell records apart.
    var keys: [String]
}

/// Records in files, which a BATCH message names.
struct SingerBatch: Sendable {
    var format: String
    /// Such as `gzip`; nil for none.
    var compression: String?
    /// As `file://` addresses.
    var files: [String]
}
