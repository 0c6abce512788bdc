import SluiceCore

/// A whole Avro schema with its names, defaults and aliases (Avro specification 1.12, "Schema Declaration").
///
/// `SluiceFormats` has the flat view of one that becomes columns; here named types stand by their names, so that recursive ones are possible.
package struct AvroSchema: Hashable, Sendable {
    var root: AvroNode
    /// By full name.
    var named: [String: AvroDeclaration]
}

/// A type at its place.
indirect enum AvroNode: Hashable, Sendable {
    case primitive(AvroPrimitive, AvroAnnotation?)
    case array(AvroNode)
    case map(AvroNode)
    case union([AvroNode])
    /// A record, enumeration or fixed type, by its full name.
    case named(String)

    static let null = AvroNode.primitive(.null, nil)
}

enum AvroPrimitive: String, Hashable, Sendable, CaseIterable {
    case null, boolean, int, long, float, double, bytes, string

    /// Types whose values this type can take in reading ("Schema Resolution").
    var readable: [AvroPrimitive] {
        switch self {
        case .long: [.long, .int]
        case .float: [.float, .int, .long]
        case .double: [.double, .int, .long, .float]
        case .string, .bytes: [.string, .bytes]
        default: [self]
        }
    }
}

/// What a logical type says of the plain one.
enum AvroAnnotation: Hashable, Sendable {
    case decimal(precision: Int, scale: Int)
    case date, uuid, duration
    case time(AvroTimeUnit)
    case timestamp(AvroTimeUnit, zoned: Bool)

    var text: String {
        switch self {
        case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
        case .date: "date"
        case .uuid: "uuid"
        case .duration: "duration"
        case .time(let unit): "time-\(unit.rawValue)"
        case .timestamp(let unit, let zoned): (zoned ? "" : "local-") + "timestamp-\(unit.rawValue)"
        }
    }
}

enum AvroTimeUnit: String, Hashable, Sendable {
    case millis, micros, nanos

    /// Of one microsecond; nil where the unit is finer.
    var micros: Int64? {
        switch self {
        case .millis: 1_000
        case .micros: 1
        case .nanos: nil
        }
    }
}

/// A named type.
struct AvroDeclaration: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        case record([AvroMember])
        case enumeration([String], default: String?)
        case fixed(Int, AvroAnnotation?)

        var noun: String {
            switch self {
            case .record: "record"
            case .enumeration: "enum"
            case .fixed: "fixed"
            }
        }
    }

    let name: String
    /// Full names.
    var aliases: [String]
    var kind: Kind

    var shortName: String { name.split(separator: ".").last.map(String.init) ?? name }

    /// Whether data of the writer's type can be meant for this one ("the same unqualified name", or one of the reader's aliases).
    func accepts(_ writer: AvroDeclaration) -> Bool { shortName == writer.shortName || aliases.contains(writer.name) }
}

/// A field of a record.
struct AvroMember: Hashable, Sendable {
    var name: String
    var aliases: [String]
    var type: AvroNode
    /// As it stands in the schema.
    var defaultValue: Value?
}

extension AvroNode {
    /// A short text of the type for messages.
    func text(in schema: AvroSchema) -> String {
        switch self {
        case .primitive(let primitive, let annotation): annotation.map { "\(primitive.rawValue) (\($0.text))" } ?? primitive.rawValue
        case .array(let item): "array of \(item.text(in: schema))"
        case .map(let value): "map of \(value.text(in: schema))"
        case .union(let branches):
            "union of " + branches.prefix(8).map { $0.text(in: schema) }.joined(separator: ", ") + (branches.count > 8 ? ", …" : "")
        case .named(let name): "\(schema.named[name]?.kind.noun ?? "type") \(name)"
        }
    }

    /// The name of a union's branch, as the JSON encoding writes it.
    func branchName(in schema: AvroSchema) -> String {
        switch self {
        case .primitive(let primitive, _): primitive.rawValue
        case .array: "array"
        case .map: "map"
        case .union: "union"
        case .named(let name): name
        }
    }
}
