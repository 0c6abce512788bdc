import SluiceCore

extension AvroSchema {
    /// The Parsing Canonical Form (specification, "Transforming into Parsing Canonical Form"): what matters to reading, always the same text.
    package var canonical: String {
        var writer = AvroCanonicalWriter(schema: self)
        writer.append(root)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The 64-bit Rabin fingerprint of the canonical form (specification, "Schema Fingerprints").
    package var rabinFingerprint: UInt64 {
        let table = Self.rabinTable
        var fingerprint = Self.emptyFingerprint
        for byte in canonical.utf8 { fingerprint = (fingerprint >> 8) ^ table[Int((fingerprint ^ UInt64(byte)) & 0xFF)] }
        return fingerprint
    }

    private static let emptyFingerprint: UInt64 = 0xC15D_213A_A4D7_A795

    private static let rabinTable: [UInt64] = (0..<256).map { index in
        (0..<8).reduce(UInt64(index)) { value, _ in (value >> 1) ^ (emptyFingerprint & (0 &- (value & 1))) }
    }
}

/// Writes types in canonical form; a named type is written out once and named from then on.
private struct AvroCanonicalWriter {
    let schema: AvroSchema
    var bytes: [UInt8] = []
    private var written: Set<String> = []

    init(schema: AvroSchema) { self.schema = schema }

    mutating func append(_ node: AvroNode) {
        switch node {
        case .primitive(let primitive, _): append(text: primitive.rawValue)
        case .array(let item):
            append(plain: #"{"type":"array","items":"#)
            append(item)
            append(plain: "}")
        case .map(let value):
            append(plain: #"{"type":"map","values":"#)
            append(value)
            append(plain: "}")
        case .union(let branches): append(list: branches) { $0.append($1) }
        case .named(let name):
            guard let declaration = schema.named[name], written.insert(name).inserted else { return append(text: name) }
            append(declaration)
        }
    }

    private mutating func append(_ declaration: AvroDeclaration) {
        append(plain: #"{"name":"#)
        append(text: declaration.name)
        append(plain: #","type":"\#(declaration.kind.noun)""#)
        switch declaration.kind {
        case .record(let fields):
            append(plain: #","fields":"#)
            append(list: fields) { writer, field in
                writer.append(plain: #"{"name":"#)
                writer.append(text: field.name)
                writer.append(plain: #","type":"#)
                writer.append(field.type)
                writer.append(plain: "}")
            }
        case .enumeration(let symbols, _):
            append(plain: #","symbols":"#)
            append(list: symbols) { $0.append(text: $1) }
        case .fixed(let size, _): append(plain: #","size":\#(size)"#)
        }
        append(plain: "}")
    }

    private mutating func append<Item>(list: [Item], _ body: (inout Self, Item) -> Void) {
        append(plain: "[")
        for (index, item) in list.enumerated() {
            if index > 0 { append(plain: ",") }
            body(&self, item)
        }
        append(plain: "]")
    }

    private mutating func append(text: String) { JSONText.appendString(text.utf8, to: &bytes) }
    private mutating func append(plain: String) { bytes += Array(plain.utf8) }
}
