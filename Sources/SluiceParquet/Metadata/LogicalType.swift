package import SluiceCore

/// What a column's values mean: `LogicalType` of parquet.thrift, a union.
///
/// Source: parquet-format, LogicalTypes.md and parquet.thrift.
package enum LogicalType: ThriftStruct {
    /// The unit of a time or timestamp.
    package enum TimeUnit: Int, Hashable, Sendable {
        case millis = 1, micros = 2, nanos = 3
    }

    case string, map, list, enumeration
    case decimal(scale: Int32, precision: Int32)
    case date
    case time(isAdjustedToUTC: Bool, unit: TimeUnit)
    case timestamp(isAdjustedToUTC: Bool, unit: TimeUnit)
    case integer(bitWidth: Int8, isSigned: Bool)
    /// A column of nulls only: `UNKNOWN` of the specification.
    case null
    case json, bson, uuid, float16
    /// A member of the union that this reader does not know or does not interpret, by its number.
    case other(Int)

    /// Numbers of the union's members without fields.
    private static let marks: [(id: Int, type: LogicalType)] = [
        (1, .string), (2, .map), (3, .list), (4, .enumeration), (6, .date), (11, .null), (12, .json), (13, .bson), (14, .uuid),
        (15, .float16),
    ]

    package init(from reader: inout ThriftReader) throws(SluiceError) {
        var type: LogicalType?
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            guard field.type == .structure else {
                try reader.skip(field)
                continue
            }
            switch field.id {
            case 5: type = try Self.decimal(&reader)
            case 7:
                let (isAdjusted, unit) = try Self.timeFields(&reader)
                type = unit.map { .time(isAdjustedToUTC: isAdjusted, unit: $0) } ?? .other(field.id)
            case 8:
                let (isAdjusted, unit) = try Self.timeFields(&reader)
                type = unit.map { .timestamp(isAdjustedToUTC: isAdjusted, unit: $0) } ?? .other(field.id)
            case 10: type = try Self.integer(&reader)
            default:
                try reader.skip(field)
                type = Self.marks.first { $0.id == field.id }?.type ?? .other(field.id)
            }
        }
        self = type ?? .other(0)
    }

    private static func decimal(_ reader: inout ThriftReader) throws(SluiceError) -> LogicalType {
        var scale: Int32?
        var precision: Int32?
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: scale = try reader.int32(field)
            case 2: precision = try reader.int32(field)
            default: try reader.skip(field)
            }
        }
        return .decimal(scale: try scale.required("scale"), precision: try precision.required("precision"))
    }

    private static func integer(_ reader: inout ThriftReader) throws(SluiceError) -> LogicalType {
        var bitWidth: Int8?
        var isSigned: Bool?
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: bitWidth = try reader.int8(field)
            case 2: isSigned = try reader.boolean(field)
            default: try reader.skip(field)
            }
        }
        return .integer(bitWidth: try bitWidth.required("bitWidth"), isSigned: try isSigned.required("isSigned"))
    }

    private static func timeFields(_ reader: inout ThriftReader) throws(SluiceError) -> (isAdjusted: Bool, unit: TimeUnit?) {
        var isAdjusted: Bool?
        var unit: TimeUnit?
        var scope = try reader.openStruct()
        while let field = try reader.nextField(&scope) {
            switch field.id {
            case 1: isAdjusted = try reader.boolean(field)
            case 2 where field.type == .structure:
                var inner = try reader.openStruct()
                while let member = try reader.nextField(&inner) {
                    unit = TimeUnit(rawValue: member.id)
                    try reader.skip(member)
                }
            default: try reader.skip(field)
            }
        }
        return (try isAdjusted.required("isAdjustedToUTC"), unit)
    }

    package func write(to writer: inout ThriftWriter) {
        writer.openStruct()
        switch self {
        case .decimal(let scale, let precision):
            writer.openStruct(5)
            writer.int32(1, scale)
            writer.int32(2, precision)
            writer.closeStruct()
        case .time(let isAdjusted, let unit): Self.writeTime(7, isAdjusted, unit, to: &writer)
        case .timestamp(let isAdjusted, let unit): Self.writeTime(8, isAdjusted, unit, to: &writer)
        case .integer(let bitWidth, let isSigned):
            writer.openStruct(10)
            writer.int8(1, bitWidth)
            writer.boolean(2, isSigned)
            writer.closeStruct()
        case .other: break
        default: if let mark = Self.marks.first(where: { $0.type == self }) { writer.emptyStructure(mark.id) }
        }
        writer.closeStruct()
    }

    private static func writeTime(_ id: Int, _ isAdjusted: Bool, _ unit: TimeUnit, to writer: inout ThriftWriter) {
        writer.openStruct(id)
        writer.boolean(1, isAdjusted)
        writer.openStruct(2)
        writer.emptyStructure(unit.rawValue)
        writer.closeStruct()
        writer.closeStruct()
    }
}
