/// What is wrong with a regular expression.
package struct PatternError: Error {
    package var message: String
    /// Offset in Unicode scalars.
    package var position: Int
    package var remedy: String?
}
