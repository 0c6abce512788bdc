/// Patterns by name, to which others refer as `%{NAME}`, `%{NAME:field}` or `%{NAME:field:type}`.
package struct PatternDefinitions: Sendable {
    package var texts: [String: String]

    package init(_ texts: [String: String]) { self.texts = texts }

    package subscript(name: String) -> String? { texts[name] }
}

/// What a pattern says of one of its groups.
package struct PatternGroup: Hashable, Sendable {
    package var name: String
    /// As written behind the name; nil: nothing is.
    package var type: String?
    /// The definition that the group refers to; nil for `(?<name>…)`.
    package var definition: String?
}
