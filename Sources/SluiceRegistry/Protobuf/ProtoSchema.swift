import SluiceCore

/// One `.proto` file, proto2 or proto3, as a schema (Protocol Buffers Language Specification).
package struct ProtoSchema: Hashable, Sendable {
    enum Syntax: String, Hashable, Sendable { case proto2, proto3 }

    var syntax: Syntax
    var package: String
    /// By full name; those of imported well-known types too.
    var messages: [String: ProtoMessage]
    var enumerations: [String: ProtoEnumeration]
    /// Full names of the file's own messages as they stand there, the outer before the inner.
    var declared: [String]

    /// Messages that payloads can be, by the index of Glue's serializers: level by level, sorted by full name.
    package var messageNames: [String] { declared.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
    /// The message that records are unless something else is said: the first of the file.
    package var firstMessage: String? { declared.first }

    /// Names of a name's messages as Confluent's serializers count them: by place at each level.
    func message(at indexes: [Int]) -> String? {
        var scope = package
        var name: String?
        for index in indexes {
            let level = declared.filter { Self.parent(of: $0) == scope }
            guard level.indices.contains(index) else { return nil }
            name = level[index]
            scope = level[index]
        }
        return name
    }

    static func parent(of name: String) -> String { name.lastIndex(of: ".").map { String(name[..<$0]) } ?? "" }

    /// The name without the package.
    func localName(_ name: String) -> String {
        !package.isEmpty && name.hasPrefix(package + ".") ? String(name.dropFirst(package.utf8.count + 1)) : name
    }
}

struct ProtoMessage: Hashable, Sendable {
    var name: String
    /// By number.
    var fields: [ProtoField] = []
    var reservedNumbers: [ClosedRange<Int>] = []
    var reservedNames: [String] = []
    var extensionNumbers: [ClosedRange<Int>] = []

    func field(_ number: Int) -> ProtoField? { fields.first { $0.number == number } }
}

struct ProtoField: Hashable, Sendable {
    enum Label: String, Hashable, Sendable {
        /// `optional`, or none in a oneof.
        case optional
        case required, repeated
        /// None in proto3: absent and the default are the same.
        case implicit
    }

    var name: String
    var number: Int
    var label: Label
    var type: ProtoType
    var oneof: String?
    /// As it stands in the file.
    var defaultText: String?
}

indirect enum ProtoType: Hashable, Sendable {
    case scalar(ProtoScalar)
    case message(String)
    /// Like a message, between two tags (proto2).
    case group(String)
    case enumeration(String)
    case map(ProtoScalar, ProtoType)
    /// Not looked up yet.
    case unresolved(String)

    var text: String {
        switch self {
        case .scalar(let scalar): scalar.rawValue
        case .message(let name): "message \(name)"
        case .group(let name): "group \(name)"
        case .enumeration(let name): "enum \(name)"
        case .map(let key, let value): "map<\(key.rawValue), \(value.text)>"
        case .unresolved(let name): name
        }
    }
}

enum ProtoScalar: String, Hashable, Sendable, CaseIterable {
    case double, float, int32, int64, uint32, uint64, sint32, sint64, fixed32, fixed64, sfixed32, sfixed64, bool, string, bytes

    /// The type in a field's tag: 0 varint, 1 eight bytes, 2 counted, 5 four bytes.
    var wireType: UInt8 {
        switch self {
        case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool: 0
        case .double, .fixed64, .sfixed64: 1
        case .string, .bytes: 2
        case .float, .fixed32, .sfixed32: 5
        }
    }

    /// Types whose every value is the same value when it is read as this one ("Updating A Message Type", without what is cut or becomes
    /// another number).
    var readable: [ProtoScalar] {
        switch self {
        case .int64: [.int64, .int32, .uint32, .bool]
        case .uint64: [.uint64, .uint32, .bool]
        case .int32: [.int32, .bool]
        case .uint32: [.uint32, .bool]
        case .sint64: [.sint64, .sint32]
        case .bytes: [.bytes, .string]
        default: [self]
        }
    }
}

struct ProtoEnumeration: Hashable, Sendable {
    var name: String
    /// As they stand in the file.
    var values: [Member] = []
    var reservedNumbers: [ClosedRange<Int>] = []
    var reservedNames: [String] = []
    /// Whether values that the enum does not have are kept (proto3).
    var isOpen: Bool

    struct Member: Hashable, Sendable {
        var name: String
        var number: Int
    }
}

extension ProtoSchema {
    /// The schema in one form: no comments, no options, everything sorted.
    package var canonical: String {
        var text = "syntax=\(syntax.rawValue);package=\(package);"
        for name in declared.sorted() {
            guard let message = messages[name] else { continue }
            text += "message \(name){"
            for field in message.fields {
                text += "\(field.number):\(field.label.rawValue) \(field.type.text) \(field.name)"
                if let oneof = field.oneof { text += " oneof=\(oneof)" }
                if let value = field.defaultText { text += " default=\(value.quotedForMessage)" }
                text += ";"
            }
            text += Self.reserved(message.reservedNumbers, message.reservedNames) + "}"
        }
        for (name, enumeration) in enumerations.sorted(by: { $0.key < $1.key }) where !name.hasPrefix("google.protobuf.") {
            let values = enumeration.values.sorted { ($0.number, $0.name) < ($1.number, $1.name) }
            text += "enum \(name){" + values.map { "\($0.number):\($0.name);" }.joined()
            text += Self.reserved(enumeration.reservedNumbers, enumeration.reservedNames) + "}"
        }
        return text
    }

    private static func reserved(_ numbers: [ClosedRange<Int>], _ names: [String]) -> String {
        let ranges = numbers.sorted { $0.lowerBound < $1.lowerBound }.map { "\($0.lowerBound)-\($0.upperBound)" }
        return ranges.isEmpty && names.isEmpty ? "" : "reserved " + (ranges + names.sorted()).joined(separator: ",") + ";"
    }
}
