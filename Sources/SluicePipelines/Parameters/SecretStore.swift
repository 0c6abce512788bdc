package import SluiceCatalog
package import SluiceCore
import SluiceLog

/// The secrets of a state directory: encrypted in the catalog, with a key file beside it.
package struct SecretStore: Sendable {
    private let catalog: Catalog
    private let cipher: SecretCipher

    /// Bytes of a secret.
    package static let sizes = KnownSecrets.minimumBytes...(64 << 10)

    package init(_ catalog: Catalog) {
        self.catalog = catalog
        cipher = SecretCipher(home: catalog.home)
    }

    /// Names and when they were set, in microseconds since 1970.
    package var list: [(name: String, updatedMicros: Int64)] {
        get throws(SluiceError) { try catalog.secrets().map { ($0.name, $0.updatedMicros) } }
    }

    /// - Returns: Whether it took the place of one.
    /// - Throws: `invalidArgument` for a value that is too short to be hidden, or too long.
    package func set(_ name: String, to value: String) throws(SluiceError) -> Bool {
        try Self.check(name)
        guard Self.sizes.contains(value.utf8.count) else {
            throw SluiceError(
                .invalidOption, "a secret has \(Self.sizes.lowerBound) to \(Self.sizes.upperBound) bytes, and this one \(value.utf8.count)",
                remedy: "a shorter text could not be kept out of what is printed without hiding much else")
        }
        return try catalog.storeSecret(name, sealed: cipher.seal(Array(value.utf8), name: name))
    }

    /// The value, which from now on is hidden in everything that this process prints; nil where there is no such secret.
    package func value(_ name: String) throws(SluiceError) -> String? {
        guard let stored = try catalog.secret(name) else { return nil }
        let value = String(decoding: try cipher.open(stored.sealed, name: name), as: UTF8.self)
        KnownSecrets.add(value)
        return value
    }

    /// - Throws: `notFound` with the nearest name.
    package func remove(_ name: String) throws(SluiceError) {
        guard try !catalog.removeSecret(name) else { return }
        let known = try catalog.secrets().map(\.name)
        throw SluiceError(
            .notFound, "there is no secret \(name.quotedForMessage)",
            remedy: Suggestion.remedy(for: name, in: known, noun: "secrets") ?? "there are none")
    }

    private static func check(_ name: String) throws(SluiceError) {
        guard !DefinitionNode.isName(name) else { return }
        throw SluiceError(
            .invalidOption, "a secret cannot be called \(name.quotedForMessage)",
            remedy: "use letters, digits, \"_\" and \"-\", beginning with a letter or digit")
    }
}
