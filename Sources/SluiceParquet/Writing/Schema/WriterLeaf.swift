import SluiceCore

/// One leaf of a written schema: how its values are stored, and the way to them from a column of the batch.
struct WriterLeaf: Sendable {
    /// Which encoder writes the values.
    enum Kind: Sendable {
        case boolean, int32, int64, float, double
        /// Decimals of more than 18 digits.
        case wideDecimal
        /// Texts and binaries.
        case bytes
        /// Nothing but nulls.
        case null
    }

    /// One value on the way to the leaf, and where the way goes on inside it.
    struct Step: Sendable {
        enum Next: Sendable {
            case leaf
            case element
            case mapKey, mapValue
            case member(Int)
            case alternative(Int)
        }

        /// Whether the value may be null, which takes a definition level.
        var isOptional: Bool
        var next: Next
    }

    /// Position of the column in the schema.
    let column: Int
    /// Names from the column to the leaf, as the file has them.
    let path: [String]
    let steps: [Step]
    let kind: Kind
    let type: PhysicalType
    /// Bytes of a plain value; 0 where they vary, and for booleans.
    let width: Int
    let definitionLevel: Int
    let repetitionLevel: Int
    /// Of decimals: 10 to the power of their digits.
    let decimalLimit: Int128?
    /// Whether bounds are cut at whole characters.
    let isText: Bool
    var encoding: ParquetWriterOptions.Encoding?
    var hasBloomFilter = false

    init(_ type: DataType, _ stored: ParquetLeaf, _ column: Int, _ steps: [Step]) {
        self.column = column
        self.steps = steps
        path = stored.path
        self.type = stored.physicalType
        definitionLevel = stored.maximumDefinitionLevel
        repetitionLevel = stored.maximumRepetitionLevel
        isText = type == .string
        if case .decimal(let precision, _) = type { decimalLimit = Int128(NumberText.powerOfTen(precision)) } else { decimalLimit = nil }
        let storage: (kind: Kind, width: Int) =
            switch stored.physicalType {
            case _ where type == .null: (.null, 4)
            case .boolean: (.boolean, 0)
            case .int32: (.int32, 4)
            case .int64: (.int64, 8)
            case .float: (.float, 4)
            case .double: (.double, 8)
            case .fixedLengthByteArray: (.wideDecimal, Int(stored.element.typeLength ?? 0))
            default: (.bytes, 0)
            }
        kind = storage.kind
        width = storage.width
    }

    /// Whether the leaf is a column of the batch itself.
    var isFlat: Bool { steps.count == 1 }

    var name: String { path.joined(separator: ".") }
}
