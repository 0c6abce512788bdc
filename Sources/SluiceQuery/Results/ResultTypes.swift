import SluiceCore

/// The type of a column of a result, from its values: what SQLite does not declare.
struct ResultTypes {
    /// Whether values of a kind were seen.
    private var hasIntegers = false
    private var hasFloats = false
    private var hasTexts = false
    private var hasBinaries = false
    /// Whether an integer has more digits than a double.
    private var hasWideIntegers = false

    mutating func add(_ value: Value) {
        switch value {
        case .integer(let number): addInteger(number)
        case .float: hasFloats = true
        case .string: hasTexts = true
        case .binary: hasBinaries = true
        default: break
        }
    }

    mutating func addInteger(_ number: Int64) {
        hasIntegers = true
        if number.magnitude > 1 << 53 { hasWideIntegers = true }
    }

    /// Integers among floating-point numbers become such where they can be without loss; other mixtures stay as they are.
    var type: DataType {
        var types: [DataType] = []
        if hasIntegers, !hasFloats || hasWideIntegers { types.append(.int64) }
        if hasFloats { types.append(.float64) }
        if hasTexts { types.append(.string) }
        if hasBinaries { types.append(.binary) }
        return types.isEmpty ? .string : types.count == 1 ? types[0] : .choice(types)
    }
}

extension Value {
    /// A value of SQLite as one of a column's type.
    ///
    /// - Returns: Nil where it is none.
    func asResult(_ type: DataType) -> Value? {
        if isNull { return self }
        switch (type, self) {
        case (.boolean, .integer(let number)): return number == 0 || number == 1 ? .boolean(number == 1) : nil
        case (.float64, .integer(let number)): return .float(Double(number))
        case (.decimal(_, let scale), .float(let number)):
            let value = SQLType.unscaled(number, scale: scale).map { Value.decimal($0, scale: scale) }
            return value.flatMap { $0.fits(type) ? $0 : nil }
        case (.decimal(_, 0), .integer(let number)): return .decimal(Int128(number), scale: 0)
        case (.date, .string(var text)): return text.withUTF8 { TimeText.date($0) }.map { .date($0) }
        case (.timestamp(let zoned), .string(var text)):
            return text.withUTF8 { TimeText.timestamp($0) }.map { .timestamp($0.utcMicros, zoned: zoned) }
        default: return fits(type) ? self : nil
        }
    }
}
