import Crypto
package import SluiceCore
import SluiceFormats

/// A schema that was read: what versions are compared by, and records are checked against.
package struct SchemaDocument: Sendable {
    /// By its language.
    package enum Content: Sendable {
        case avro(AvroSchema)
        case json(JSONSchema)
        case protobuf(ProtoSchema)
    }

    package let content: Content
    package let text: String
    /// Equal for texts that differ in blanks and the order of members only; two versions with one identity are one.
    package let identity: String

    /// - Throws: `invalidSchema` with the place; `limitExceeded`.
    package init(parsing text: String, _ format: SchemaFormat) throws(SluiceError) {
        guard text.unicodeScalars.count <= RegistryLimits.definitionCharacters else {
            throw SluiceError(
                .limitExceeded, "the schema has more than \(RegistryLimits.definitionCharacters) characters",
                remedy: "cut it into smaller schemas")
        }
        self.text = text
        let form: String
        switch format {
        case .avro:
            content = .avro(try AvroSchema(parsing: text))
            form = CanonicalJSON.text(try WholeJSON.value(Array(text.utf8), noun: "the schema"))
        case .json:
            let schema = try JSONSchema(parsing: text)
            content = .json(schema)
            form = schema.canonical
        case .protobuf:
            let schema = try ProtoSchema(parsing: text)
            content = .protobuf(schema)
            form = schema.canonical
        }
        identity = Self.digest(form)
    }

    package var format: SchemaFormat {
        switch content {
        case .avro: .avro
        case .json: .json
        case .protobuf: .protobuf
        }
    }

    /// The form that fingerprints are taken of: Avro's Parsing Canonical Form, JSON with sorted members, Protobuf without comments and options.
    package var canonical: String {
        switch content {
        case .avro(let schema): schema.canonical
        case .json(let schema): schema.canonical
        case .protobuf(let schema): schema.canonical
        }
    }

    /// SHA-256 of the canonical form, in hexadecimal digits.
    package var fingerprint: String { Self.digest(canonical) }

    private static func digest(_ text: String) -> String { Hexadecimal.text(SHA256.hash(data: Array(text.utf8))) }

    /// What stands against reading with one schema what was written with another.
    ///
    /// - Throws: `invalidArgument` for schemas of two formats, `limitExceeded`.
    package static func incompatibilities(
        old: SchemaDocument, new: SchemaDocument, _ direction: CompatibilityDirection
    ) throws(SluiceError) -> [Incompatibility] {
        let (reader, writer) = direction == .backward ? (new, old) : (old, new)
        switch (reader.content, writer.content) {
        case (.avro(let reader), .avro(let writer)):
            return try AvroResolution.findings(reader: reader, writer: writer, direction: direction)
        case (.json(let reader), .json(let writer)):
            return try JSONCoverage.findings(reader: reader, writer: writer, direction: direction)
        case (.protobuf(let reader), .protobuf(let writer)):
            return try ProtoResolution.findings(reader: reader, writer: writer, direction: direction)
        default:
            throw SluiceError(
                .invalidArgument, "a schema in \(new.format.rawValue) cannot follow one in \(old.format.rawValue)",
                remedy: "register it under another name")
        }
    }
}

// MARK: Records

extension SchemaDocument {
    /// What stands between a header and a payload.
    package enum Framing: Sendable {
        case none, glue, confluent
    }

    /// The value of a payload in the schema's own encoding: Avro's and Protobuf's binary, or JSON text.
    ///
    /// - Parameters:
    ///   - framing: Whose header stood before it, which decides how a message of Protobuf is named.
    ///   - isStrict: Whether fields that a Protobuf message does not have are a fault.
    package func value(of payload: ArraySlice<UInt8>, _ framing: Framing = .none, isStrict: Bool = false) throws(PayloadFault) -> Value {
        switch content {
        case .avro(let schema): return try AvroBinaryReader.value(payload, schema)
        case .json(let schema):
            let value = try Self.json(payload)
            try JSONSchemaValidator.check(value, schema)
            return value
        case .protobuf(let schema):
            var wire = ProtoWire(payload)
            let message = try schema.message(at: &wire, framing)
            return try ProtoBinaryReader.value(wire.rest, schema, message: message, isStrict: isStrict)
        }
    }

    /// Whether a record without a header is one of the schema: JSON text for Avro and JSON Schema, a binary message for Protobuf.
    package func check(plain record: ArraySlice<UInt8>) throws(PayloadFault) {
        switch content {
        case .avro(let schema): _ = try AvroBinaryWriter.bytes(of: try Self.json(record), schema)
        case .json, .protobuf: _ = try value(of: record, isStrict: true)
        }
    }

    /// A row or JSON record in the schema's own encoding, as it stands behind Glue's header.
    package func glueBytes(of value: Value) throws(PayloadFault) -> [UInt8] {
        switch content {
        case .avro(let schema): return try AvroBinaryWriter.bytes(of: value, schema)
        case .json(let schema):
            // As it will be read: times are texts there.
            let bytes = Array(value.json.utf8)
            do throws(PayloadFault) {
                try JSONSchemaValidator.check(try Self.json(bytes[...]), schema)
                return bytes
            } catch {
                // A row cannot lack a member; what it has no value for is null in it.
                let lean = Self.withoutNulls(value)
                guard lean != value else { throw error }
                let bytes = Array(lean.json.utf8)
                try JSONSchemaValidator.check(try Self.json(bytes[...]), schema)
                return bytes
            }
        case .protobuf(let schema):
            guard let message = schema.firstMessage, let index = schema.messageNames.firstIndex(of: message) else {
                throw PayloadFault("", "the schema has no message")
            }
            var bytes: [UInt8] = []
            ProtoBinaryWriter.varint(UInt64(index), to: &bytes)
            return bytes + (try ProtoBinaryWriter.bytes(of: value, schema, message: message))
        }
    }

    private static func withoutNulls(_ value: Value) -> Value {
        switch value {
        case .structure(let members): .structure(members.filter { !$0.value.isNull }.map { .init($0.name, withoutNulls($0.value)) })
        case .list(let items): .list(items.map(withoutNulls))
        default: value
        }
    }

    private static func json(_ bytes: ArraySlice<UInt8>) throws(PayloadFault) -> Value {
        do throws(SluiceError) {
            return try WholeJSON.value(Array(bytes), noun: "the record")
        } catch {
            throw PayloadFault("", error.message)
        }
    }
}

extension ProtoSchema {
    /// The message that a payload is, and what names it taken off its front.
    fileprivate func message(at wire: inout ProtoWire, _ framing: SchemaDocument.Framing) throws(PayloadFault) -> String {
        switch framing {
        case .none:
            guard let message = firstMessage else { throw PayloadFault("", "the schema has no message") }
            return message
        case .glue:
            let index = try wire.varint(.root)
            guard index < UInt64(messageNames.count) else {
                throw PayloadFault("", "the schema has \(messageNames.count) messages, and number \(index) is named")
            }
            return messageNames[Int(index)]
        case .confluent:
            var indexes: [Int] = []
            for _ in 0..<(try max(0, min(wire.zigzag(), RegistryLimits.depth))) { indexes.append(try wire.zigzag()) }
            let place = indexes.isEmpty ? [0] : indexes
            guard let message = message(at: place) else {
                throw PayloadFault("", "the schema has no message at \(place.map(String.init).joined(separator: "."))")
            }
            return message
        }
    }
}

extension ProtoWire {
    fileprivate mutating func zigzag() throws(PayloadFault) -> Int {
        let bits = try varint(.root)
        return Int(truncatingIfNeeded: Int64(bitPattern: bits >> 1) ^ -Int64(bits & 1))
    }
}
