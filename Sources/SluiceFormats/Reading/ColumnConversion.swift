import SluiceCore
import SluiceParquet

/// Conversions that change no value.
enum ColumnConversion {
    static func exists(from: DataType, to: DataType) -> Bool {
        if from == to || from == .null { return true }
        switch (from, to) {
        case (.float32, .float64): return true
        case (.decimal, .decimal): return true
        case (.structure(let fields), .choice(let types)): return choiceMembers(fields, types) != nil || types.contains(from)
        case (.choice, _): return false
        case (_, .choice(let types)): return alternative(from, among: types) != nil
        case (.structure, _), (.list, _), (.map, _): return to.withoutChoices == from
        default: return from.isInteger && (to.isInteger || to.isDecimal || to == .float64)
        }
    }

    /// The column in another type, and the rows whose value does not fit it; these are null.
    static func convert(_ column: Column, to type: DataType) -> (column: Column, failed: [Int]) {
        if column.type == type { return (column, []) }
        switch (column.storage, type) {
        case (.structure(let members, let count), .choice(let types)):
            return (chosen(column, members, count, type, types), [])
        case (_, .choice(let types)):
            guard let tag = alternative(column.type, among: types) else { break }
            return wrapped(column, type, types, tag)
        case (.structure, _), (.list, _), (.map, _): return (restored(column, type), [])
        case (.null(let count), _): return (.nulls(type, count: count), [])
        case (.float32(let values), .float64): return (Column(type, .float64(values.map(Double.init)), validity: column.validity), [])
        case (.decimal(let values), .decimal(let precision, let scale)):
            guard case .decimal(_, let from) = column.type else { preconditionFailure("a decimal's storage has a decimal's type") }
            return checked(column, values, type, zero: 0, { rescaled($0, from, scale, precision) }, { .decimal($0) })
        case (.int8(let values), _): return integers(column, values, type)
        case (.int16(let values), _): return integers(column, values, type)
        case (.int32(let values), _): return integers(column, values, type)
        case (.int64(let values), _): return integers(column, values, type)
        default: break
        }
        preconditionFailure("there is no conversion from \(column.type) to \(type)")
    }

    private static func integers(_ column: Column, _ values: [some FixedWidthInteger & SignedInteger], _ type: DataType) -> (Column, [Int])
    {
        switch type {
        case .int8: return checked(column, values, type, zero: 0, { Int8(exactly: $0) }, { .int8($0) })
        case .int16: return checked(column, values, type, zero: 0, { Int16(exactly: $0) }, { .int16($0) })
        case .int32: return checked(column, values, type, zero: 0, { Int32(exactly: $0) }, { .int32($0) })
        case .int64: return checked(column, values, type, zero: 0, { Int64(exactly: $0) }, { .int64($0) })
        case .float64: return checked(column, values, type, zero: 0, { Double(exactly: $0) }, { .float64($0) })
        case .decimal(let precision, let scale):
            return checked(column, values, type, zero: 0, { rescaled(Int128($0), 0, scale, precision) }, { .decimal($0) })
        default: preconditionFailure("there is no conversion from an integer to \(type)")
        }
    }

    private static func checked<From, To>(
        _ column: Column, _ values: [From], _ type: DataType, zero: To, _ convert: (From) -> To?, _ storage: ([To]) -> Column.Storage
    ) -> (Column, [Int]) {
        var failed: [Int] = []
        let converted = values.enumerated().map { row, value -> To in
            if let fitting = convert(value) { return fitting }
            if !column.isNull(row) { failed.append(row) }
            return zero
        }
        var validity = column.validity
        if !failed.isEmpty {
            var bits = column.explicitValidity
            for row in failed { bits[row] = false }
            validity = bits
        }
        return (Column(type, storage(converted), validity: validity), failed)
    }

    private static func rescaled(_ unscaled: Int128, _ from: Int, _ to: Int, _ precision: Int) -> Int128? {
        let limit = NumberText.powerOfTen(precision)
        if to >= from {
            let (product, overflows) = unscaled.multipliedReportingOverflow(by: Int128(NumberText.powerOfTen(to - from)))
            return overflows || product.magnitude >= limit ? nil : product
        }
        let (quotient, rest) = unscaled.quotientAndRemainder(dividingBy: Int128(NumberText.powerOfTen(from - to)))
        return rest != 0 || quotient.magnitude >= limit ? nil : quotient
    }

    // MARK: Choices

    /// Which alternative values of a type become: that type, or else the first that they can be converted to.
    private static func alternative(_ type: DataType, among types: [DataType]) -> Int? {
        types.firstIndex(of: type) ?? types.firstIndex { exists(from: type, to: $0) }
    }

    /// For each type of a choice its place in the struct that stands for a choice of fewer types, or of the same; nil where it stands for none.
    private static func choiceMembers(_ fields: [Field], _ types: [DataType]) -> [Int?]? {
        let places = types.map { type in fields.firstIndex { $0.name == type.description && $0.type == type.withoutChoices } }
        return places.count { $0 != nil } == fields.count ? places : nil
    }

    /// The choice that a struct stands for; a struct that stands for none is an alternative itself.
    private static func chosen(_ column: Column, _ members: [Column], _ count: Int, _ type: DataType, _ types: [DataType]) -> Column {
        guard case .structure(let fields) = column.type, let places = choiceMembers(fields, types) else {
            return wrapped(column, type, types, types.firstIndex(of: column.type) ?? 0).0
        }
        let alternatives = zip(types, places).map { type, place in
            place.map { restored(members[$0], type) } ?? .nulls(type, count: count)
        }
        return choice(column, alternatives, type, count)
    }

    /// A column of one type as one of several.
    private static func wrapped(_ column: Column, _ type: DataType, _ types: [DataType], _ tag: Int) -> (Column, [Int]) {
        let (own, failed) = convert(column, to: types[tag])
        let count = column.count
        let alternatives = types.indices.map { $0 == tag ? own : .nulls(types[$0], count: count) }
        let tags = [UInt8](repeating: UInt8(tag), count: count)
        return (Column(type, .choice(tags: tags, alternatives: alternatives), validity: own.validity), failed)
    }

    /// The column with the choices that structs stand for in a Parquet file.
    private static func restored(_ column: Column, _ type: DataType) -> Column {
        if column.type == type { return column }
        switch (column.storage, type) {
        case (.structure(let members, let count), .choice(let types)):
            return chosen(column, members, count, type, types)
        case (.structure(let members, let count), .structure(let fields)):
            let inner = zip(members, fields).map { restored($0, $1.type) }
            return Column(type, .structure(inner, count: count), validity: column.validity)
        case (.list(let offsets, let values), .list(let element)):
            return Column(type, .list(offsets: offsets, values: restored(values, element)), validity: column.validity)
        case (.map(let offsets, let keys, let values), .map(let key, let value)):
            let storage = Column.Storage.map(offsets: offsets, keys: restored(keys, key), values: restored(values, value))
            return Column(type, storage, validity: column.validity)
        default: preconditionFailure("there is no conversion from \(column.type) to \(type)")
        }
    }

    /// Of each row the first member that is there; null where none is.
    private static func choice(_ column: Column, _ members: [Column], _ type: DataType, _ count: Int) -> Column {
        var tags = [UInt8](repeating: 0, count: count)
        var validity = Bitmap(repeating: false, count: count)
        for row in 0..<count where !column.isNull(row) {
            guard let tag = members.firstIndex(where: { !$0.isNull(row) }) else { continue }
            tags[row] = UInt8(tag)
            validity[row] = true
        }
        return Column(type, .choice(tags: tags, alternatives: members), validity: validity)
    }
}
