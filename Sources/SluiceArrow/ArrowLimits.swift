import SluiceCore

/// Bounds of what is taken from another program.
enum ArrowLimits {
    /// Bytes of a type's format text.
    static let formatBytes = 64 << 10
    /// Bytes of a field's name.
    static let nameBytes = 64 << 10
    /// Types inside one another.
    static let depth = CoreLimits.nestingDepth
    /// Members of one struct, alternatives of one union.
    static let children = CoreLimits.columns
    /// Rows of one column, or elements of its lists: places are 32 bits wide.
    static let rows = Int(Int32.max) - 1
}
