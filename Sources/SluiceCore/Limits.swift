/// Bounds that hold across the house; a room's own bounds are beside its code.
public enum CoreLimits {
    /// Rows that readers aim to put in one batch.
    public static let batchRows = 8_192
    /// Bytes of input that readers aim to put in one batch.
    public static let batchBytes = 1 << 20
    /// One record of any format; a longer one is a dead letter.
    public static let recordBytes = 16 << 20
    /// Rows that runs of a selection must have on average to be copied as runs.
    public static let copiedRunRows = 16
    /// Nesting of JSON, structs and expressions.
    public static let nestingDepth = 128
    /// Columns of one schema.
    public static let columns = 16_384
    /// Members without a column that a run names.
    package static let newMembers = 20
    /// Characters of a value that a message quotes.
    public static let quotedCharacters = 80
}

extension String {
    /// The text for a message: control characters escaped, cut after `CoreLimits.quotedCharacters`.
    public var quotedForMessage: String {
        var shown = ""
        for (count, scalar) in unicodeScalars.enumerated() {
            if count == CoreLimits.quotedCharacters { return "\"" + shown + "…\" (\(utf8.count) bytes)" }
            shown += scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: false) : String(scalar)
        }
        return "\"" + shown + "\""
    }
}
