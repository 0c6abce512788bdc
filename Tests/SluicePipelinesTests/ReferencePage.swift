import SluicePipelines

/// The parts of `docs/pipelines.md` that the manuals of keys and steps say: written between two comments each.
enum ReferencePage {
    /// The page with these parts written anew; nil if a comment that encloses one is missing.
    static func updated(_ page: String) -> String? {
        var page = page
        for (name, text) in [("keys", table(PipelineLoader.keys)), ("steps", steps)] {
            guard let start = page.firstRange(of: "<!-- \(name): generated -->\n")?.upperBound,
                let end = page[start...].firstRange(of: "<!-- end of \(name) -->")?.lowerBound
            else { return nil }
            page.replaceSubrange(start..<end, with: "\n" + text + "\n")
        }
        return page
    }

    private static var steps: String {
        StepRegistry.steps.map { step in
            let manual = step.manual
            let text = "### \(manual.key)\n\n" + ([manual.summary] + manual.notes).joined(separator: " ") + "\n\n"
            let examples = "```yaml\n" + manual.examples.joined(separator: "\n") + "\n```\n"
            if case .object(let keys) = manual.arguments { return text + examples + "\n" + table(keys) }
            let keys = keys(within: manual.arguments)
            return text + "Takes \(manual.arguments.wanted).\n\n" + examples + (keys.isEmpty ? "" : "\n" + table(keys))
        }.joined(separator: "\n")
    }

    /// The keys of the object that `shape` may be among other things, such as a column's name or a list of such objects.
    private static func keys(within shape: ValueShape) -> [OptionSpecification] {
        switch shape {
        case .object(let keys): keys
        case .either(let shapes): shapes.flatMap(keys(within:))
        case .oneOrMany(let element), .list(let element, _), .mapping(_, let element, _): keys(within: element)
        default: []
        }
    }

    private static func table(_ keys: [OptionSpecification]) -> String {
        "| key | value | default | meaning |\n|---|---|---|---|\n" + rows(keys, under: "")
    }

    /// The keys that the table shows below a key.
    private static func nested(in shape: ValueShape) -> [OptionSpecification] {
        switch shape {
        case .object(let keys), .mapping(_, .object(let keys), _): keys
        case .either(let shapes): shapes.flatMap(nested(in:))
        default: []
        }
    }

    /// What stands for the names in a mapping from names.
    private static func entryName(_ shape: ValueShape) -> String {
        if case .mapping(let key, _, _) = shape { key.uppercased() + "." } else { "" }
    }

    private static func rows(_ keys: [OptionSpecification], under prefix: String) -> String {
        keys.map { key in
            let standing = key.isRequired ? "required" : key.defaultValue.map { "`\($0)`" } ?? ""
            let cells = ["`\(prefix)\(key.name)`", key.shape.wanted, standing, key.description]
            let row = "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
            return row + rows(nested(in: key.shape), under: prefix + key.name + "." + entryName(key.shape))
        }.joined()
    }
}
