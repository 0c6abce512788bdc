package import SluiceCore

/// How stored values become values of a Sluice column. Nothing is lost; what does not fit is an error of its row.
///
/// | file | column |
/// |---|---|
/// | unsigned integers | the next wider integer; 64 bits: `decimal(20,0)` |
/// | times of day | text, `hh:mm:ss` with 3, 6 or 9 digits behind the point, as the unit says |
/// | timestamps in nanoseconds, INT96 | as the reader wants: `NanosecondReading` |
/// | UUID | text, lower case |
/// | float16 | float32 |
/// | interval, BSON, geometry and byte arrays without annotation | binary |
///
/// Source: parquet-format, LogicalTypes.md. An annotation that does not go with the physical type is passed over, as are unknown ones.
package enum LeafKind: Hashable, Sendable {
    case boolean
    /// Stored as INT32.
    case int8, int16, int32, uint8, uint16, uint32, date
    /// Stored as INT64.
    case int64, uint64
    /// In milli- or microseconds.
    case timestamp(LogicalType.TimeUnit)
    case nanoseconds(NanosecondReading)
    /// Stored in twelve bytes. Without a zone, as other readers take it.
    case int96(NanosecondReading)
    case float, double
    /// Stored in two bytes.
    case float16
    case decimal32, decimal64
    /// Big-endian two's complement in byte arrays, of a fixed length or (nil) not.
    case decimalBytes(length: Int?)
    /// Byte arrays that must be UTF-8, of a fixed length or not.
    case text(length: Int?)
    case binary(length: Int?)
    case uuid
    /// Milliseconds are stored as INT32, the others as INT64.
    case time(LogicalType.TimeUnit)
    /// Nothing but nulls.
    case null
}

extension SchemaElement {
    /// The column type of a leaf and the way to it.
    ///
    /// - Throws: `typeError` for decimals of more than 38 digits; `corruptFile` for a leaf that cannot be stored.
    func leafKind(named name: String, _ nanoseconds: NanosecondReading) throws(SluiceError) -> (kind: LeafKind, type: DataType) {
        if logicalType == .null { return (.null, .null) }
        switch try type.required("SchemaElement.type of \(name)") {
        case .boolean: return (.boolean, .boolean)
        case .int32: return try int32Kind(named: name)
        case .int64: return try int64Kind(named: name, nanoseconds)
        case .int96: return (.int96(nanoseconds), nanoseconds.type(zoned: false))
        case .float: return (.float, .float32)
        case .double: return (.double, .float64)
        case .byteArray: return try bytesKind(named: name, length: nil)
        case .fixedLengthByteArray:
            let length = Int(try typeLength.required("SchemaElement.type_length of \(name)"))
            guard length > 0, length <= ParquetLimits.pageBytes else {
                throw SluiceError(.corruptFile, "column \(name) has values of \(length) bytes")
            }
            return try bytesKind(named: name, length: length)
        case let other:
            throw SluiceError(.corruptFile, "column \(name) has the unknown physical type \(other)")
        }
    }

    private func int32Kind(named name: String) throws(SluiceError) -> (LeafKind, DataType) {
        if let decimal = try decimalType(named: name) { return (.decimal32, decimal) }
        return switch (logicalType, convertedType) {
        case (.date, _), (nil, .date): (.date, .date)
        case (.integer(8, true), _), (nil, .int8): (.int8, .int8)
        case (.integer(16, true), _), (nil, .int16): (.int16, .int16)
        case (.integer(8, false), _), (nil, .uint8): (.uint8, .int16)
        case (.integer(16, false), _), (nil, .uint16): (.uint16, .int32)
        case (.integer(32, false), _), (nil, .uint32): (.uint32, .int64)
        case (.time(_, .millis), _), (nil, .timeMillis): (.time(.millis), .string)
        default: (.int32, .int32)
        }
    }

    private func int64Kind(named name: String, _ nanoseconds: NanosecondReading) throws(SluiceError) -> (LeafKind, DataType) {
        if let decimal = try decimalType(named: name) { return (.decimal64, decimal) }
        return switch (logicalType, convertedType) {
        case (.integer(64, false), _), (nil, .uint64): (.uint64, .decimal(precision: 20, scale: 0))
        case (.timestamp(let isAdjusted, .nanos), _): (.nanoseconds(nanoseconds), nanoseconds.type(zoned: isAdjusted))
        case (.timestamp(let isAdjusted, let unit), _): (.timestamp(unit), .timestamp(zoned: isAdjusted))
        // Before there were logical types, timestamps were always in UTC (LogicalTypes.md, "Deprecated timestamp ConvertedType").
        case (nil, .timestampMillis): (.timestamp(.millis), .timestamp(zoned: true))
        case (nil, .timestampMicros): (.timestamp(.micros), .timestamp(zoned: true))
        case (.time(_, let unit), _) where unit != .millis: (.time(unit), .string)
        case (nil, .timeMicros): (.time(.micros), .string)
        default: (.int64, .int64)
        }
    }

    private func bytesKind(named name: String, length: Int?) throws(SluiceError) -> (LeafKind, DataType) {
        if let decimal = try decimalType(named: name) { return (.decimalBytes(length: length), decimal) }
        return switch (logicalType, convertedType) {
        case (.string, _), (.enumeration, _), (.json, _), (nil, .utf8), (nil, .enumeration), (nil, .json): (.text(length: length), .string)
        case (.uuid, _) where length == 16: (.uuid, .string)
        case (.float16, _) where length == 2: (.float16, .float32)
        default: (.binary(length: length), .binary)
        }
    }

    private func decimalType(named name: String) throws(SluiceError) -> DataType? {
        let digits: (precision: Int32, scale: Int32)
        switch (logicalType, convertedType) {
        case (.decimal(let scale, let precision), _): digits = (precision, scale)
        case (nil, .decimal): digits = (try precision.required("SchemaElement.precision of \(name)"), scale ?? 0)
        default: return nil
        }
        guard digits.precision <= DataType.maximumDecimalPrecision else {
            throw SluiceError(
                .typeError, "column \(name) is a decimal of \(digits.precision) digits; \(DataType.maximumDecimalPrecision) fit",
                remedy: "write the column again with fewer digits, or as text")
        }
        guard digits.precision > 0, (0...digits.precision).contains(digits.scale) else {
            throw SluiceError(
                .corruptFile, "column \(name) is a decimal of \(digits.precision) digits with \(digits.scale) behind the point")
        }
        return .decimal(precision: Int(digits.precision), scale: Int(digits.scale))
    }
}
