import SluiceCore

// Values from a command line: an argument is a text of its own, in which errors are placed.
extension DefinitionNode {
    /// A part of an argument.
    ///
    /// - Parameters:
    ///   - document: the whole argument; its path is the option's name: `--where`.
    ///   - start: Unicode scalars of the argument before the part.
    package static func argument(_ text: String, of document: DefinitionDocument, at start: Int = 0) -> DefinitionNode {
        var position = TextPosition(line: 1, column: 1)
        for scalar in document.text.unicodeScalars.prefix(start) {
            position =
                scalar == "\n"
                ? TextPosition(line: position.line + 1, column: 1) : TextPosition(line: position.line, column: position.column + 1)
        }
        var node = DefinitionNode(.scalar(text, .plain), path: document.path, location: document.location(position))
        node.keyLocation = node.location
        node.origin = (document, position)
        return node
    }
}
