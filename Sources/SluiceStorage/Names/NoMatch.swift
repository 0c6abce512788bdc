package import SluiceCore

/// The error of a name or pattern that nothing has.
package enum NoMatch {
    /// Names the nearest directory that exists, and what in it is called alike.
    ///
    /// - Parameters:
    ///   - entries: names in a directory (empty name: the store itself); nil where there is none.
    ///   - path: how a message writes a name.
    package static func error(_ pattern: Glob, entries: (String) -> [String]?, path: (String) -> String) -> SluiceError {
        var directory = ""
        var names = entries("") ?? []
        let parts = pattern.alternatives.first ?? []
        for (index, part) in parts.enumerated() {
            guard case .literal(let name) = part else {
                return SluiceError(
                    .fileNotFound, "no file matches \(path(pattern.text).quotedForMessage)", at: .file(path: path(pattern.text)),
                    remedy: "the directory \(shown(directory, path)) holds \(list(names))")
            }
            let next = directory.isEmpty ? name : directory + "/" + name
            if let inside = entries(next) {
                if index == parts.count - 1 {
                    return SluiceError(
                        .fileNotFound, "\(path(next).quotedForMessage) is a directory", at: .file(path: path(next)),
                        remedy: "write \(next)/** for all files below it")
                }
                (directory, names) = (next, inside)
                continue
            }
            let near = Suggestion.nearest(to: name, in: names)
            return SluiceError(
                .fileNotFound, "\(path(pattern.text).quotedForMessage) does not exist", at: .file(path: path(pattern.text)),
                remedy: near.map { "did you mean \(path(directory.isEmpty ? $0 : directory + "/" + $0))?" }
                    ?? "the nearest directory that exists is \(shown(directory, path)), with \(list(names))")
        }
        return SluiceError(.fileNotFound, "\(path(pattern.text).quotedForMessage) does not exist", at: .file(path: path(pattern.text)))
    }

    private static func shown(_ directory: String, _ path: (String) -> String) -> String { path(directory).quotedForMessage }

    private static func list(_ names: [String]) -> String {
        let visible = names.filter { !ObjectName.isHidden($0) }.sorted(by: ObjectName.precedes)
        guard !visible.isEmpty else { return "nothing" }
        let first = visible.prefix(StorageLimits.shownNames).joined(separator: ", ")
        return first + (visible.count > StorageLimits.shownNames ? ", … (\(visible.count) in all)" : "")
    }
}

extension SluiceError {
    /// - Parameter name: As messages show it.
    package static func conditionFailed(_ name: String, _ condition: PutCondition) -> SluiceError {
        let fact = condition == .absent ? "there is an object of that name" : "the object was written by somebody else, or is gone"
        return SluiceError(
            .conditionFailed, "\(name.quotedForMessage) was not written: \(fact)", at: .file(path: name),
            remedy: "read what is there now, and decide anew")
    }
}
