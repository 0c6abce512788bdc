/// Bounds of what is kept of a column's values.
package enum EvidenceLimits {
    /// Different values up to which they are counted exactly; beyond, an estimate from so many hashes (a standard error of 4.4 %).
    package static let distinctHashes = 512
    /// The same for each column of a table with more than `manyColumns`.
    package static let distinctHashesOfMany = 32
    package static let manyColumns = 512
    /// Values of a column that are shown.
    package static let samples = 5
    /// Bytes of a value that are kept.
    package static let valueBytes = 120
    /// Records that could not be read, and are kept with their places.
    package static let rejects = 20
    /// Columns and members of structs that are told apart in records which name them.
    package static let nodes = 16_384
    /// Lists and structs within one another that a type has; what is deeper is text. (A type's text may have 64.)
    static let typeLevels = 60
    /// Digits that a double keeps, whatever they are.
    static let safeDigits = 15
    /// Digits beyond which no double keeps a number's text.
    static let mostFloatDigits = 17
}
