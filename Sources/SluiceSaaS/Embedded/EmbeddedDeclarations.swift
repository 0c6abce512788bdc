import Synchronization

/// The declarations that come with Sluice. A new one is a text and a line here.
///
/// One is read when it is first asked for: most programs that run use none of them, and reading all takes as long as a small job.
package enum EmbeddedDeclarations {
    /// Names with their texts.
    static let texts: [(name: String, yaml: String)] = [
        ("zendesk", zendesk), ("stripe", stripe), ("slack", slack), ("salesforce", salesforce),
        ("servicenow", serviceNow), ("marketo", marketo),
    ]

    package static var names: [String] { texts.map(\.name) }

    /// Its text, as somebody may copy it into a file of their own.
    package static func yaml(_ name: String) -> String? { texts.first { $0.name == name }?.yaml }

    /// All of them, read.
    package static var all: [ServiceDeclaration] { names.compactMap(named) }

    /// Nil for a name that is none of theirs.
    package static func named(_ name: String) -> ServiceDeclaration? {
        guard let yaml = yaml(name) else { return nil }
        return known.withLock { known in
            if let declaration = known[name] { return declaration }
            do {
                let declaration = try ServiceDeclaration(parsing: yaml, path: "<\(name)>")
                known[name] = declaration
                return declaration
            } catch {
                preconditionFailure("the declaration of \(name) is wrong: \(error)")
            }
        }
    }

    /// Those that were read.
    private static let known = Mutex<[String: ServiceDeclaration]>([:])
}
