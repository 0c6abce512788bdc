package import SluiceCore

/// A schema by its registry and its own name: `sales/orders`, or `orders` of the default registry.
package struct SchemaName: Hashable, Sendable, CustomStringConvertible {
    /// Glue's name for it.
    package static let defaultRegistry = "default-registry"

    package let registry: String
    package let name: String

    /// - Throws: `invalidArgument` unless both have 1 to 255 letters, digits and `- _ $ # .` (Glue).
    package init(registry: String = defaultRegistry, name: String) throws(SluiceError) {
        for part in [registry, name] { try Self.check(part) }
        self.registry = registry
        self.name = name
    }

    package init(parsing text: String) throws(SluiceError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        try self.init(registry: parts.count == 2 ? parts[0] : Self.defaultRegistry, name: parts.last ?? "")
    }

    package static func check(_ part: String) throws(SluiceError) {
        let isAllowed = part.utf8.allSatisfy { $0.isLetter || $0.isDigit || "-_$#.".utf8.contains($0) }
        guard isAllowed, (1...RegistryLimits.nameCharacters).contains(part.utf8.count) else {
            throw SluiceError(
                .invalidArgument, "\(part.quotedForMessage) is no name of a registry or schema",
                remedy:
                    "use 1 to \(RegistryLimits.nameCharacters) letters a to z, digits, and - _ $ # . ; a / stands between registry and schema"
            )
        }
    }

    /// The shortest text that names it.
    package var description: String { registry == Self.defaultRegistry ? name : "\(registry)/\(name)" }
}
