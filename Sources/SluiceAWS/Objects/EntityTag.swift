/// ETags of objects as headers and documents have them, in quotes (RFC 9110, section 8.8.3), and as they are kept, without.
package enum EntityTag {
    /// The tag without its quotes; one that has none, such as a weak one, stays as it is.
    package static func unquoted(_ tag: String) -> String {
        tag.count >= 2 && tag.hasPrefix("\"") && tag.hasSuffix("\"") ? String(tag.dropFirst().dropLast()) : tag
    }

    /// The tag in quotes, where it is not a weak one, which has them.
    package static func quoted(_ tag: String) -> String { tag.hasPrefix("W/") ? tag : "\"\(tag)\"" }
}
