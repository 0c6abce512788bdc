package import SluiceCore
import SluicePipelines

/// The reference of the YAML that declares a service, made from the keys that check it: as a page of documentation, and as JSON Schema.
package enum DeclarationPage {
    /// The page as Markdown: each mapping of a declaration is a section, called by the path of its key.
    package static var markdown: String {
        var sections = Sections()
        sections.add("the file", ServiceKeys.connector, at: "")
        let head = [
            "# Keys of a service's declaration", "", "Made from the keys that check a declaration.", "",
            "[Connectors to services](connectors.md#a-service-of-your-own) shows how one is written and used. Keys in **bold** cannot be left out. In the headings, words",
            "in capitals stand for names of the declaration's own, and `WRITE` for create, update, upsert or delete. Where a key says where something is in an answer,",
            "that is a path of members with dots between them: `meta.after_cursor`. Texts of addresses, parameters, headers, bodies and logins take settings in braces.",
            "",
            "`sluice connectors show zendesk --declaration` prints one that comes along, `sluice schema connector` the same keys as JSON Schema, for editors.",
        ]
        return (head + sections.lines).joined(separator: "\n") + "\n"
    }

    /// The JSON Schema of declarations.
    package static var schema: Value {
        DefinitionSchema.document(
            title: "Sluice connector", description: "The declaration of a service over HTTP: address, logins, limits, entities.",
            keys: ServiceKeys.connector)
    }

    /// Sections in the order in which their keys come up, each mapping once.
    private struct Sections {
        var lines: [String] = []
        /// Headings by the names of the keys below them.
        private var known: [[String]: String] = [:]

        mutating func add(_ heading: String, _ keys: [OptionSpecification], at path: String) {
            var rows: [[String]] = []
            var inner: [(path: String, keys: [OptionSpecification])] = []
            for key in keys {
                let place = path.isEmpty ? key.name : "\(path).\(key.name)"
                let found = Self.mappings(key.shape, place)
                for mapping in found where known[mapping.keys.map(\.name)] == nil {
                    known[mapping.keys.map(\.name)] = "`\(mapping.path)`"
                    inner.append(mapping)
                }
                rows.append(row(key))
            }
            lines += ["", "## \(heading)", ""] + MarkdownTable.lines(["key", "takes", "what it is"], rows)
            for (place, keys) in inner { add("`\(place)`", keys, at: place) }
        }

        private func row(_ key: OptionSpecification) -> [String] {
            var words = key.description
            if let value = key.defaultValue { words += " `\(value)` when absent." }
            if !key.examples.isEmpty { words += " For example " + key.examples.map { "`\($0)`" }.joined(separator: " or ") + "." }
            return [key.isRequired ? "**`\(key.name)`**" : "`\(key.name)`", takes(key.shape), words]
        }

        /// The shape in words, with links to the mappings in it.
        private func takes(_ shape: ValueShape) -> String {
            switch shape {
            case .object(let keys): known[keys.map(\.name)].map(link) ?? shape.wanted
            case .list(let item, _): "a list of \(takes(item))"
            case .oneOrMany(let item): "\(takes(item)), or a list of them"
            case .mapping(let key, let value, _): "a mapping (\(key): \(takes(value)))"
            case .either(let shapes): shapes.map(takes).joined(separator: ", or ")
            default: shape.wanted
            }
        }

        /// A link to a section; anchors are as forges make it: letters, digits, hyphens and underscores.
        private func link(_ heading: String) -> String {
            let anchor = heading.lowercased().replacing(" ", with: "-").filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
            return "[\(heading)](#\(anchor))"
        }

        /// The mappings with known keys within a shape, with their paths, in which words in capitals stand for the declaration's own names.
        private static func mappings(_ shape: ValueShape, _ path: String) -> [(path: String, keys: [OptionSpecification])] {
            switch shape {
            case .object(let keys): [(path, keys)]
            case .list(let item, _), .oneOrMany(let item): mappings(item, path)
            case .mapping(let key, let value, _): mappings(value, "\(path).\(key.contains(" ") ? "WRITE" : key.uppercased())")
            case .either(let shapes): shapes.flatMap { mappings($0, path) }
            default: []
            }
        }
    }
}
