/// Bounds of a definition's text: it may come from anybody.
package enum DefinitionLimits {
    /// Bytes of one definition's text.
    package static let textBytes = 1 << 20
    /// Values of one definition, aliases written out.
    package static let nodes = 100_000
    /// Nesting of lists and mappings, aliases written out.
    package static let depth = 64
    /// Anchors (`&name`) of one definition; keeps aliases of aliases of aliases small.
    package static let anchors = 16
    /// Brackets open at once, and columns of indentation, before the YAML reader sees the text.
    package static let rawDepth = 256
    /// Errors that one load reports before it gives up.
    package static let errors = 50
    /// Shards of a pipeline's stream.
    package static let shards = 1...1024
    /// Characters of a pipeline's, stream's or closure's name.
    package static let nameCharacters = 128
}
