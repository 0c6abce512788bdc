import SluiceCore

/// Collects the values of one column, each in the storage of the column's type.
struct CellColumn {
    /// Values as they come; narrower integers are made at the end.
    private enum Cells {
        case booleans(Bitmap)
        case integers([Int64])
        case floats([Double])
        case decimals([Int128])
        case bytes(ByteRows)
        case values(ColumnBuilder)
    }

    let name: String
    let type: DataType
    private var cells: Cells
    private var validity = Bitmap()

    init(_ field: Field) {
        name = field.name
        type = field.type
        cells =
            switch field.type {
            case .boolean: .booleans(Bitmap())
            case .int8, .int16, .int32, .int64, .date, .timestamp: .integers([])
            case .float32, .float64: .floats([])
            case .decimal: .decimals([])
            case .string, .binary: .bytes(ByteRows())
            case .null, .list, .structure, .map, .choice: .values(ColumnBuilder(field.type))
            }
    }

    /// Also stands for a value that does not fit, whose row is left out.
    mutating func appendNull() {
        validity.append(false)
        switch cells {
        case .booleans(var bits):
            cells = .integers([])
            bits.append(false)
            cells = .booleans(bits)
        case .integers: appendInteger(0)
        case .floats: appendFloat(0)
        case .decimals: appendDecimal(0)
        case .bytes: appendBytes(UnsafeBufferPointer(start: nil, count: 0))
        case .values(var builder):
            cells = .integers([])
            builder.appendNull()
            cells = .values(builder)
        }
    }

    mutating func append(_ flag: Bool) {
        guard case .booleans(var bits) = cells else { preconditionFailure("no column of booleans") }
        validity.append(true)
        cells = .integers([])
        bits.append(flag)
        cells = .booleans(bits)
    }

    /// Appends an integer, the days of a date, or the microseconds of a timestamp.
    ///
    /// - Returns: Whether it is in the range of the type; nothing is appended otherwise.
    mutating func append(_ number: Int64) -> Bool {
        let fits =
            switch type {
            case .int8: Int8(exactly: number) != nil
            case .int16: Int16(exactly: number) != nil
            case .int32: Int32(exactly: number) != nil
            default: true
            }
        guard fits else { return false }
        validity.append(true)
        appendInteger(number)
        return true
    }

    /// - Returns: Whether the type holds it without rounding.
    mutating func append(_ number: Double) -> Bool {
        if type == .float32, !number.isNaN, Double(Float(number)) != number { return false }
        validity.append(true)
        appendFloat(number)
        return true
    }

    mutating func append(unscaled: Int128) {
        validity.append(true)
        appendDecimal(unscaled)
    }

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        validity.append(true)
        appendBytes(bytes)
    }

    /// - Returns: Whether it fits the type.
    mutating func append(_ value: Value) -> Bool {
        guard case .values(var builder) = cells else { preconditionFailure("a column with a storage of its own") }
        cells = .integers([])
        defer { cells = .values(builder) }
        do {
            try builder.append(value)
            validity.append(true)
            return true
        } catch {
            return false
        }
    }

    func finish() -> Column {
        let storage: Column.Storage
        switch (cells, type) {
        case (.values(let builder), _): return builder.finish()
        case (.booleans(let bits), _): storage = .boolean(bits)
        case (.integers(let numbers), .int8): storage = .int8(numbers.map { Int8(truncatingIfNeeded: $0) })
        case (.integers(let numbers), .int16): storage = .int16(numbers.map { Int16(truncatingIfNeeded: $0) })
        case (.integers(let numbers), .int32), (.integers(let numbers), .date):
            storage = .int32(numbers.map { Int32(truncatingIfNeeded: $0) })
        case (.integers(let numbers), _): storage = .int64(numbers)
        case (.floats(let numbers), .float32): storage = .float32(numbers.map { Float($0) })
        case (.floats(let numbers), _): storage = .float64(numbers)
        case (.decimals(let numbers), _): storage = .decimal(numbers)
        case (.bytes(let rows), _): storage = .bytes(rows)
        }
        return Column(type, storage, validity: validity)
    }

    // The array is taken out of the enum before it grows, so that it is not copied.

    private mutating func appendInteger(_ number: Int64) {
        guard case .integers(var numbers) = cells else { preconditionFailure("no column of integers") }
        cells = .floats([])
        numbers.append(number)
        cells = .integers(numbers)
    }

    private mutating func appendFloat(_ number: Double) {
        guard case .floats(var numbers) = cells else { preconditionFailure("no column of floats") }
        cells = .integers([])
        numbers.append(number)
        cells = .floats(numbers)
    }

    private mutating func appendDecimal(_ number: Int128) {
        guard case .decimals(var numbers) = cells else { preconditionFailure("no column of decimals") }
        cells = .integers([])
        numbers.append(number)
        cells = .decimals(numbers)
    }

    private mutating func appendBytes(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard case .bytes(var rows) = cells else { preconditionFailure("no column of texts") }
        cells = .integers([])
        rows.append(bytes)
        cells = .bytes(rows)
    }
}
