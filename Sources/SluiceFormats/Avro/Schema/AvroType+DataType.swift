import SluiceCore

/// How a value is stored that may be null.
struct AvroColumnType: Hashable, Sendable {
    let type: DataType
    let isNullable: Bool
}

extension AvroType {
    /// The type of a column of such values. Times and UUIDs are texts, enumerations too, durations binary; a union of more than one type
    /// beside null is a choice, in which types that are one for Sluice (a string and an enumeration) are one alternative.
    var column: AvroColumnType {
        switch self {
        case .union(let branches):
            let types = Self.alternatives(of: branches)
            let isNullable = branches.contains(.null)
            switch types.count {
            case 0: return AvroColumnType(type: .null, isNullable: true)
            case 1: return AvroColumnType(type: types[0], isNullable: isNullable)
            default: return AvroColumnType(type: .choice(types), isNullable: isNullable)
            }
        case .null: return AvroColumnType(type: .null, isNullable: true)
        default: return AvroColumnType(type: plainType, isNullable: false)
        }
    }

    /// The different types of a union's branches without null, in order.
    static func alternatives(of branches: [AvroType]) -> [DataType] {
        var types: [DataType] = []
        for branch in branches where branch != .null {
            let type = branch.column.type
            if !types.contains(type) { types.append(type) }
        }
        return types
    }

    private var plainType: DataType {
        switch self {
        case .null: .null
        case .boolean: .boolean
        case .float: .float32
        case .double: .float64
        case .int(.number): .int32
        case .int(.date): .date
        case .long(.number): .int64
        case .long(.timestamp(_, let zoned)): .timestamp(zoned: zoned)
        case .long(.nanoseconds(let reading, let zoned)): reading.type(zoned: zoned)
        case .string, .enumeration, .int(.timeMillis), .long(.timeMicros), .fixed(_, .uuid): .string
        case .bytes(let decimal?): .decimal(precision: decimal.precision, scale: decimal.scale)
        case .fixed(_, .decimal(let decimal)): .decimal(precision: decimal.precision, scale: decimal.scale)
        case .bytes(nil), .fixed(_, .binary): .binary
        case .array(let item): .list(item.column.type)
        case .map(let value): .map(key: .string, value: value.column.type)
        case .record(let fields): .structure(fields.map(\.column))
        case .union: column.type
        }
    }

    /// The columns of a file: a record's fields, or one column `value` where the file's values are no records.
    var fileFields: [AvroField] {
        if case .record(let fields) = self { fields } else { [AvroField(name: "value", type: self)] }
    }
}

extension AvroField {
    var column: Field {
        let column = type.column
        return Field(name, column.type, isNullable: column.isNullable)
    }
}
