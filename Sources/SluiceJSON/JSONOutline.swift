/// A document that was gone through once: where the members of its one object stand, so that each look-up does not begin anew.
package struct JSONOutline: Sendable {
    /// For what stands inside of values.
    package let scanner: JSONScanner
    /// Nil for a document that is no object.
    private let members: [(name: Range<Int>, value: Range<Int>)]?
    /// The value of a document that is no object.
    private let other: Range<Int>?

    /// - Throws: `malformed` for what is no whole document.
    /// - Complexity: O(bytes).
    package init(_ bytes: [UInt8]) throws(JSONScanner.Failure) {
        scanner = JSONScanner(bytes)
        members = try scanner.topMembers()
        other = members == nil ? try scanner.document() : nil
    }

    /// The value that a path leads to; nil where there is none, and for the empty path in an object.
    package func find(_ path: [String]) throws(JSONScanner.Failure) -> Range<Int>? {
        guard let members else { return try other.flatMap { value throws(JSONScanner.Failure) in try scanner.find(path, in: value) } }
        guard let first = path.first else { return nil }
        for member in members where try scanner.isName(first, at: member.name) {
            return try scanner.find(Array(path.dropFirst()), in: member.value)
        }
        return nil
    }

    /// The scalar that a path leads to, as text.
    package func text(_ path: [String]) throws(JSONScanner.Failure) -> String? {
        try find(path).flatMap { value throws(JSONScanner.Failure) in try scanner.text(value) }
    }
}
