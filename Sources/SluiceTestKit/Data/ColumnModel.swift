package import SluiceCore

/// Random columns beside what they are made of, for tests against plain arrays.
package struct ColumnModel {
    package let column: Column
    package let values: [Value]

    /// Types that cover every storage, also in one another.
    package static let types: [DataType] = [
        .null, .boolean, .int8, .int16, .int32, .int64, .float32, .float64, .decimal(precision: 9, scale: 2), .string, .binary, .date,
        .timestamp(zoned: true), .list(.string), .list(.list(.int16)), .map(key: .string, value: .int64),
        .map(key: .int32, value: .list(.string)), .structure([Field("a", .int64), Field("b", .list(.string))]),
        .choice([.int64, .string]), .choice([.boolean, .list(.string), .structure([Field("x", .float64)])]),
        .list(.choice([.int64, .string])), .list(.map(key: .string, value: .choice([.date, .boolean]))),
    ]

    /// - Parameter usesDictionaries: texts, also nested ones, come as codes into a dictionary.
    package init(_ type: DataType, count: Int, usesDictionaries: Bool, using generator: inout some RandomNumberGenerator) {
        values = (0..<count).map { _ in Self.value(type, depth: 0, using: &generator) }
        guard let plain = try? ColumnBuilder.column(type, values) else { preconditionFailure("the model makes fitting values") }
        column = usesDictionaries ? Self.encoded(plain, using: &generator) : plain
    }

    private static func value(_ type: DataType, depth: Int, using generator: inout some RandomNumberGenerator) -> Value {
        if Int.random(in: 0..<6, using: &generator) == 0 { return .null }
        let number = Int64.random(in: -100...100, using: &generator)
        switch type {
        case .null: return .null
        case .boolean: return .boolean(number > 0)
        case .int8, .int16, .int32, .int64: return .integer(number)
        case .float32, .float64: return .float(Double(number) / 4)
        case .decimal(_, let scale): return .decimal(Int128(number), scale: scale)
        case .string: return .string(String(repeating: "ab", count: abs(Int(number)) % 13))
        case .binary: return .binary([UInt8](repeating: 7, count: abs(Int(number)) % 30))
        case .date: return .date(Int32(number))
        case .timestamp(let zoned): return .timestamp(number, zoned: zoned)
        case .list(let element):
            return .list((0..<abs(Int(number)) % 4).map { _ in value(element, depth: depth + 1, using: &generator) })
        case .structure(let fields):
            return .structure(fields.map { Value.Member($0.name, value($0.type, depth: depth + 1, using: &generator)) })
        case .map(let key, let element):
            return .map(
                (0..<abs(Int(number)) % 4).map { _ in
                    var name = value(key, depth: depth + 1, using: &generator)
                    while name.isNull { name = value(key, depth: depth + 1, using: &generator) }
                    return Value.Entry(name, value(element, depth: depth + 1, using: &generator))
                })
        case .choice(let types):
            return value(types[Int.random(in: types.indices, using: &generator)], depth: depth, using: &generator)
        }
    }

    /// The same column with texts as dictionaries, of which some values are not used and some are there twice.
    private static func encoded(_ column: Column, using generator: inout some RandomNumberGenerator) -> Column {
        let storage: Column.Storage =
            switch column.storage {
            case .bytes(let rows): dictionary(rows, using: &generator)
            case .list(let offsets, let values): .list(offsets: offsets, values: encoded(values, using: &generator))
            case .map(let offsets, let keys, let values):
                .map(offsets: offsets, keys: encoded(keys, using: &generator), values: encoded(values, using: &generator))
            case .structure(let members, let count): .structure(members.map { encoded($0, using: &generator) }, count: count)
            case .choice(let tags, let alternatives):
                .choice(tags: tags, alternatives: alternatives.map { encoded($0, using: &generator) })
            default: column.storage
            }
        return Column(column.type, storage, validity: column.validity)
    }

    private static func dictionary(_ rows: ByteRows, using generator: inout some RandomNumberGenerator) -> Column.Storage {
        var values = ByteRows(texts: ["unused"])
        var codes: [Int32] = []
        var known: [[UInt8]: Int32] = [:]
        for row in 0..<rows.count {
            let bytes = Array(rows[row])
            if let code = known[bytes], Int.random(in: 0..<10, using: &generator) > 0 {
                codes.append(code)
            } else {
                known[bytes] = Int32(values.count)
                codes.append(Int32(values.count))
                values.append(bytes)
            }
        }
        return .dictionary(codes: codes, values: values)
    }
}
