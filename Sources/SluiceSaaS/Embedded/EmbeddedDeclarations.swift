/// The declarations that come with Sluice. A new one is a text and a line here.
package enum EmbeddedDeclarations {
    /// Names with their texts.
    static let texts: [(name: String, yaml: String)] = [
        ("zendesk", zendesk), ("stripe", stripe), ("slack", slack), ("salesforce", salesforce),
        ("servicenow", serviceNow), ("marketo", marketo),
    ]

    /// All of them, read.
    package static let all: [ServiceDeclaration] = texts.map { name, yaml in
        do {
            return try ServiceDeclaration(parsing: yaml, path: "<\(name)>")
        } catch {
            preconditionFailure("the declaration of \(name) is wrong: \(error)")
        }
    }
}
