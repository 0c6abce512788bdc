import SluiceCore

extension FileListing {
    /// What to say of a path that names nothing: which part of it exists, and what is there instead.
    func noMatch(_ text: String) -> SluiceError {
        let isPattern = text.contains { "*?[{".contains($0) }
        let message = isPattern ? "no file matches \(text.quotedForMessage)" : "there is no file \(text.quotedForMessage)"
        return SluiceError(.fileNotFound, message, remedy: remedy(text))
    }

    /// Walks down the names without wildcards to the first that is missing.
    private func remedy(_ text: String) -> String {
        var path = text.hasPrefix("/") ? "/" : ""
        for name in text.split(separator: "/").filter({ $0 != "." }) {
            let inner = path.isEmpty || path.hasSuffix("/") ? path + name : path + "/" + name
            if !name.contains(where: { "*?[{".contains($0) }), DiskFiles.kind(of: Self.location(inner, in: directory)) != nil {
                path = inner
                continue
            }
            let place = Self.location(path, in: directory)
            guard DiskFiles.kind(of: place) == .directory, let names = try? DiskFiles.list(place) else {
                return "\(place.quotedForMessage) is no directory"
            }
            if names.isEmpty { return "the directory \(place.quotedForMessage) is empty" }
            if let near = Suggestion.nearest(to: String(name), in: names) {
                return "did you mean \((path.isEmpty || path.hasSuffix("/") ? path + near : path + "/" + near).quotedForMessage)?"
            }
            let shown = names.prefix(5).map(\.quotedForMessage).joined(separator: ", ")
            return "\(place.quotedForMessage) holds \(shown)" + (names.count > 5 ? " and \(names.count - 5) more" : "")
        }
        return "the directory holds no files to read; names that begin with \".\" or \"_\" are left out"
    }
}
