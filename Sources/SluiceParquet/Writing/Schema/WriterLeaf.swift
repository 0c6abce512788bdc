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
    var column: Int
    /// Names from the column to the leaf, as the file has them.
    var path: [String]
    var steps: [Step]
    var kind: Kind
    var type: PhysicalType
    /// Bytes of a plain value; 0 where they vary.
    var width: Int
    var definitionLevel: Int
    var repetitionLevel: Int
    /// Of decimals: 10 to the power of their digits.
    var decimalLimit: Int128?
    /// Bounds are cut at whole characters.
    var isText: Bool
    var encoding: ParquetWriterOptions.Encoding?
    var hasBloomFilter = false

    /// Whether the leaf is a column of the batch itself.
    var isFlat: Bool { steps.count == 1 }

    var name: String { path.joined(separator: ".") }
}
