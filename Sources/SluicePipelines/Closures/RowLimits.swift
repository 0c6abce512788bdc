/// Bounds of row types in Swift.
package enum RowLimits {
    /// Nesting of structs and arrays in a row type: a type that contains itself has no end.
    package static let depth = 16
}
