import SluiceCore

/// Logical types (Avro specification, "Logical Types"). Unknown and invalid ones are ignored, as the specification says.
enum AvroLogicalType {
    /// A primitive type with what its declaration says beside.
    static func annotated(_ type: AvroType, _ json: Value, _ nanoseconds: NanosecondReading) throws(SluiceError) -> AvroType {
        guard case .string(let name)? = json.member("logicalType") else { return type }
        switch (type, name) {
        case (.bytes, "decimal"): return .bytes(try decimal(json))
        case (.int, "date"): return .int(.date)
        case (.int, "time-millis"): return .int(.timeMillis)
        case (.long, "time-micros"): return .long(.timeMicros)
        case (.long, _): return timestamp(name, nanoseconds).map { .long($0) } ?? type
        default: return type
        }
    }

    static func fixed(_ byteCount: Int, _ json: Value) throws(SluiceError) -> AvroType {
        var meaning = AvroType.FixedMeaning.binary
        if case .string(let name)? = json.member("logicalType") {
            if name == "uuid", byteCount == 16 { meaning = .uuid }
            if name == "decimal", let decimal = try decimal(json) { meaning = .decimal(decimal) }
        }
        return .fixed(byteCount: byteCount, meaning)
    }

    private static func timestamp(_ name: String, _ nanoseconds: NanosecondReading) -> AvroType.LongMeaning? {
        switch name {
        case "timestamp-millis": .timestamp(.millis, zoned: true)
        case "timestamp-micros": .timestamp(.micros, zoned: true)
        case "timestamp-nanos": .nanoseconds(nanoseconds, zoned: true)
        case "local-timestamp-millis": .timestamp(.millis, zoned: false)
        case "local-timestamp-micros": .timestamp(.micros, zoned: false)
        case "local-timestamp-nanos": .nanoseconds(nanoseconds, zoned: false)
        default: nil
        }
    }

    /// Nil when it is not valid.
    private static func decimal(_ json: Value) throws(SluiceError) -> AvroType.Decimal? {
        guard case .integer(let precision)? = json.member("precision"), precision > 0 else { return nil }
        var scale: Int64 = 0
        if let given = json.member("scale") {
            guard case .integer(let number) = given else { return nil }
            scale = number
        }
        guard (0...precision).contains(scale) else { return nil }
        guard precision <= DataType.maximumDecimalPrecision else {
            throw SluiceError(
                .typeError, "the Avro schema has a decimal of \(precision) digits, more than \(DataType.maximumDecimalPrecision)",
                remedy: "write the numbers with fewer digits or as texts")
        }
        return AvroType.Decimal(precision: Int(precision), scale: Int(scale))
    }
}
