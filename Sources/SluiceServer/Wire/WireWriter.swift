import SluiceCore

/// Writes an answer piece by piece in the format of its call, where a `WireValue` of the whole would be made only to be encoded.
///
/// Objects and lists of CBOR have no lengths before them, because what they will hold is not known yet.
package struct WireWriter {
    package let format: WireFormat
    package private(set) var bytes: [UInt8] = []
    /// Nothing stands before the next member or element.
    private var isFirst = true

    package init(_ format: WireFormat) { self.format = format }

    /// Members that were written once, for objects that have them all alike.
    package struct Members: Sendable {
        fileprivate let bytes: [UInt8]
        package var byteCount: Int { bytes.count }
    }

    /// Writes members for `append`.
    package static func members(_ format: WireFormat, _ body: (inout WireWriter) throws -> Void) rethrows -> Members {
        var writer = WireWriter(format)
        try body(&writer)
        return Members(bytes: writer.bytes)
    }

    package mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    // MARK: The whole, and elements of a list

    /// An object.
    package mutating func object(_ body: (inout WireWriter) throws -> Void) rethrows {
        separate()
        try nest(in: .object, body)
    }

    /// A value.
    package mutating func element(_ value: WireValue) {
        separate()
        put(value)
    }

    // MARK: Members of an object

    /// A member with a value; nothing where it is nil.
    package mutating func member(_ name: String, _ value: WireValue?) {
        guard let value else { return }
        begin(name)
        put(value)
    }

    /// A member with a text.
    package mutating func member(_ name: String, text: String) {
        begin(name)
        put(text)
    }

    /// A member with a list of texts.
    package mutating func member(_ name: String, texts: [String]) {
        begin(name)
        nest(in: .list) { list in
            for text in texts {
                list.separate()
                list.put(text)
            }
        }
    }

    /// A member with an object.
    package mutating func member(_ name: String, object body: (inout WireWriter) throws -> Void) rethrows {
        begin(name)
        try nest(in: .object, body)
    }

    /// A member with a list.
    package mutating func member(_ name: String, list body: (inout WireWriter) throws -> Void) rethrows {
        begin(name)
        try nest(in: .list, body)
    }

    /// Members that were written before, in the format of this writer.
    package mutating func append(_ members: Members) {
        guard !members.bytes.isEmpty else { return }
        separate()
        bytes.append(contentsOf: members.bytes)
    }

    // MARK: Bytes

    private enum Nest { case object, list }

    private mutating func nest(in kind: Nest, _ body: (inout WireWriter) throws -> Void) rethrows {
        let (start, end): (UInt8, UInt8) =
            switch (format, kind) {
            case (.json, .object): (UInt8(ascii: "{"), UInt8(ascii: "}"))
            case (.json, .list): (UInt8(ascii: "["), UInt8(ascii: "]"))
            case (.cbor, .object): (CBOREncoder.openObject, CBOREncoder.end)
            case (.cbor, .list): (CBOREncoder.openList, CBOREncoder.end)
            }
        bytes.append(start)
        isFirst = true
        try body(&self)
        bytes.append(end)
        isFirst = false
    }

    private mutating func separate() {
        if !isFirst, format == .json { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    private mutating func begin(_ name: String) {
        separate()
        put(name)
        if format == .json { bytes.append(UInt8(ascii: ":")) }
    }

    private mutating func put(_ text: String) {
        switch format {
        case .json: JSONText.appendString(text.utf8, to: &bytes)
        case .cbor: CBOREncoder.append(.text(text), to: &bytes)
        }
    }

    private mutating func put(_ value: WireValue) {
        switch format {
        case .json: value.appendJSON(to: &bytes)
        case .cbor: CBOREncoder.append(value, to: &bytes)
        }
    }
}
