/// Parameters of an address or a form as `application/x-www-form-urlencoded` has them, blanks as `%20`.
package enum FormText {
    package static func encode(_ parameters: [(name: String, value: String)]) -> String {
        parameters.map { "\(PercentText.encode($0.name))=\(PercentText.encode($0.value))" }.joined(separator: "&")
    }

    /// The reverse; a plus is a blank, what is no encoding stays as it is.
    package static func decode(_ text: String) -> [(name: String, value: String)] {
        text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (PercentText.decode(parts[0]), parts.count == 2 ? PercentText.decode(parts[1]) : "")
        }
    }
}
