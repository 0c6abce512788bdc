package import SluiceCore

/// The rules for names of objects, which keep them inside their store.
package enum ObjectName {
    /// The parts of a name.
    ///
    /// - Throws: `invalidArgument` for a name that is empty, absolute, over `StorageLimits.nameBytes`, or holds an empty part, `.`, `..` or NUL.
    package static func parts(_ name: String) throws(SluiceError) -> [Substring] {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isBad = parts.contains { $0.isEmpty || $0 == "." || $0 == ".." || $0.utf8.contains(0) }
        guard !isBad, name.utf8.count <= StorageLimits.nameBytes else {
            throw SluiceError(
                .invalidArgument, "\(name.quotedForMessage) cannot name an object",
                remedy: "names are relative, without empty parts, . or .., and at most \(StorageLimits.nameBytes) bytes")
        }
        return parts
    }

    /// Whether a part of a name is hidden: such are listed only by a pattern that starts alike. Staged files are hidden, and what other systems
    /// put beside data (`_SUCCESS`, `.DS_Store`).
    package static func isHidden(_ part: some StringProtocol) -> Bool { part.hasPrefix(".") || part.hasPrefix("_") }

    /// Names in the order in which listings return them.
    package static func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
}
