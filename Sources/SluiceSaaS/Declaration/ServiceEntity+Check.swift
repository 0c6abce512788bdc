import SluiceCore
import SluicePipelines

/// What of a declared entity contradicts itself, or leads nowhere.
extension ServiceEntity {
    /// - Throws: `invalidOption`, placed.
    func check(_ node: DefinitionNode) throws(SluiceError) {
        guard isReadable || !takenWrites.isEmpty else {
            throw node.invalid("\(name) can be neither read nor written", remedy: "say how: read, job, write or load")
        }
        for place in node[key: "key"]?.oneOrMany() ?? [] { try checkField(place) }
        if let node = node[key: "cursor"] {
            try checkField(node.require("field"))
        } else if case .cursorValue? = read?.paging, let page = node[key: "read"]?[key: "page"] {
            throw page.invalid("\(name) has no cursor that pages could begin again at", remedy: "declare one: cursor: {field: …}")
        }
        if let page = node[key: "read"]?[key: "page"] {
            try Self.checkPage(page)
            try checkKeyset(page)
        }
        if let condition = node[key: "deleted"] { _ = try ExpressionArgument(condition) }
    }

    /// A name, or the beginning of a path, is that of a field.
    private func checkField(_ place: DefinitionNode) throws(SluiceError) {
        let path = try place.string()
        let first = path.prefix { $0 != "." }
        guard !fields.contains(where: { $0.name == path || $0.name == first }) else { return }
        throw place.invalid(
            "\(path.quotedForMessage) is no field of \(name)",
            remedy: Suggestion.remedy(for: String(first), in: fields.map(\.name), noun: "fields"))
    }

    /// What gets over records with one cursor belongs to pages that begin again there.
    private func checkKeyset(_ page: DefinitionNode) throws(SluiceError) {
        guard case .cursorValue(let keyset)? = read?.paging else {
            guard let node = ["ties", "beyond", "skip", "more_link"].compactMap({ page[key: $0] }).first else { return }
            throw node.invalid(
                "pages that do not begin again at a cursor have no use for it", remedy: "leave it out, or say kind: cursor_value")
        }
        if let node = page[key: "ties"], key.count != 1 {
            throw node.invalid("records of one cursor are read by their key, and \(name) has \(key.isEmpty ? "none" : "several")")
        }
        if let node = page[key: "beyond"], keyset.ties.isEmpty {
            throw node.invalid("what lies behind one cursor is asked for when its records were read by their keys", remedy: "say how: ties")
        }
    }

    /// One way leads to the next page, and one flag ends them.
    private static func checkPage(_ page: DefinitionNode) throws(SluiceError) {
        let hasLink = try page[key: "link"]?.boolean() ?? false
        let ways = ["cursor", "url", "link", "kind"].filter { page[key: $0] != nil && ($0 != "link" || hasLink) }
        if ways.count > 1, let second = page[key: ways[1]] {
            throw second.invalid("pages are led to by \(ways[0]) or by \(ways[1]), not by both", remedy: "leave one out")
        }
        if page[key: "more"] != nil, let done = page[key: "done"] {
            throw done.invalid("more and done say the same the other way round", remedy: "leave one out")
        }
    }
}
