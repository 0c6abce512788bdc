import SluiceCore

extension ParquetLeaf {
    /// The reader for a leaf's kind.
    func reader(_ pages: LeafPages) -> any LeafReader {
        switch kind {
        case .boolean: BooleanLeaf(pages)
        case .nanoseconds(.text), .int96(.text):
            ConvertedLeaf(nanosecondReader(pages, as: .int64)) { [zoned = isZoned] in (NanosecondText.texts($0, zoned: zoned), []) }
        case .nanoseconds, .int96: nanosecondReader(pages, as: type)
        case .null: NullLeaf(pages)
        case .int8, .int16, .int32, .uint8, .uint16, .uint32, .date, .int64, .uint64, .timestamp, .decimal32, .decimal64:
            numberReader(pages)
        case .float: FixedLeaf(pages, NumberDecoder(SameFloat(), isFloat: true), type: type) { .float32(RawValues.array($0, $1)) }
        case .double: FixedLeaf(pages, NumberDecoder(SameDouble(), isFloat: true), type: type) { .float64(RawValues.array($0, $1)) }
        case .float16: FixedLeaf(pages, BytesNumberDecoder(HalfFloat(), length: 2), type: type) { .float32(RawValues.array($0, $1)) }
        case .decimalBytes(let length):
            FixedLeaf(pages, BytesNumberDecoder(DecimalBytes(precision: type.decimalDigits), length: length), type: type) {
                .decimal(RawValues.array($0, $1))
            }
        case .text(let length), .binary(let length): BytesLeaf(pages, length: length, type: type)
        case .uuid: ConvertedLeaf(BytesLeaf(pages, length: 16, type: .binary), LeafTexts.uuids)
        case .time(let unit): ConvertedLeaf(timeReader(pages, unit)) { LeafTexts.times($0, unit: unit) }
        }
    }

    private func numberReader(_ pages: LeafPages) -> any LeafReader {
        switch kind {
        case .int8: FixedLeaf(pages, NumberDecoder(NarrowInteger<Int8, Int8>()), type: type) { .int8(RawValues.array($0, $1)) }
        case .int16: FixedLeaf(pages, NumberDecoder(NarrowInteger<Int16, Int16>()), type: type) { .int16(RawValues.array($0, $1)) }
        case .uint8: FixedLeaf(pages, NumberDecoder(NarrowInteger<UInt8, Int16>()), type: type) { .int16(RawValues.array($0, $1)) }
        case .uint16: FixedLeaf(pages, NumberDecoder(NarrowInteger<UInt16, Int32>()), type: type) { .int32(RawValues.array($0, $1)) }
        case .uint32: FixedLeaf(pages, NumberDecoder(UnsignedInteger32()), type: type) { .int64(RawValues.array($0, $1)) }
        case .uint64: FixedLeaf(pages, NumberDecoder(UnsignedInteger64()), type: type) { .decimal(RawValues.array($0, $1)) }
        case .timestamp(.millis): FixedLeaf(pages, NumberDecoder(MillisecondTimestamp()), type: type) { .int64(RawValues.array($0, $1)) }
        case .int64, .timestamp: FixedLeaf(pages, NumberDecoder(SameInteger<Int64>()), type: type) { .int64(RawValues.array($0, $1)) }
        case .decimal32:
            FixedLeaf(pages, NumberDecoder(DecimalInteger<Int32>(precision: type.decimalDigits)), type: type) {
                .decimal(RawValues.array($0, $1))
            }
        case .decimal64:
            FixedLeaf(pages, NumberDecoder(DecimalInteger<Int64>(precision: type.decimalDigits)), type: type) {
                .decimal(RawValues.array($0, $1))
            }
        default: FixedLeaf(pages, NumberDecoder(SameInteger<Int32>()), type: type) { .int32(RawValues.array($0, $1)) }
        }
    }

    /// Timestamps in nanoseconds as numbers: micro- or nanoseconds, as the leaf's kind says.
    private func nanosecondReader(_ pages: LeafPages, as type: DataType) -> any LeafReader {
        switch kind {
        case .int96(let reading):
            FixedLeaf(pages, BytesNumberDecoder(Int96Timestamp(reading: reading), length: 12), type: type) {
                .int64(RawValues.array($0, $1))
            }
        case .nanoseconds(.reject): FixedLeaf(pages, NumberDecoder(WholeMicroseconds()), type: type) { .int64(RawValues.array($0, $1)) }
        case .nanoseconds(.truncate): FixedLeaf(pages, NumberDecoder(CutMicroseconds()), type: type) { .int64(RawValues.array($0, $1)) }
        default: FixedLeaf(pages, NumberDecoder(SameInteger<Int64>()), type: type) { .int64(RawValues.array($0, $1)) }
        }
    }

    /// Whether a timestamp is one of UTC.
    private var isZoned: Bool { if case .timestamp(let isAdjusted, _) = element.logicalType { isAdjusted } else { false } }

    /// Times as numbers of their unit.
    private func timeReader(_ pages: LeafPages, _ unit: LogicalType.TimeUnit) -> any LeafReader {
        if unit == .millis {
            FixedLeaf(pages, NumberDecoder(NarrowInteger<Int32, Int64>()), type: .int64) { .int64(RawValues.array($0, $1)) }
        } else {
            FixedLeaf(pages, NumberDecoder(SameInteger<Int64>()), type: .int64) { .int64(RawValues.array($0, $1)) }
        }
    }
}

extension DataType {
    /// The digits of a decimal type; 38 for another.
    fileprivate var decimalDigits: Int {
        if case .decimal(let precision, _) = self { precision } else { Self.maximumDecimalPrecision }
    }
}
