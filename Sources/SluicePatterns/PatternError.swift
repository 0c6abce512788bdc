/// What is wrong with a regular expression.
package struct PatternError: Error {
    package var message: String
    /// Offset in Unicode scalars, in the pattern or in the definition that it refers to.
    package var position: Int
    package var remedy: String?
    /// The definition that is wrong; nil: the pattern itself.
    package var definition: String?
    /// The name of a definition that does not exist.
    package var unknownName: String?

    init(message: String, position: Int, remedy: String? = nil, unknownName: String? = nil) {
        self.message = message
        self.position = position
        self.remedy = remedy
        self.unknownName = unknownName
    }
}
