import Glibc

/// Paths as seen from where the program was started.
enum WorkingDirectory {
    /// A path as a person there would type it: without the directory's own part.
    static func relative(_ path: String) -> String {
        guard let buffer = getcwd(nil, 0) else { return path }
        defer { free(buffer) }
        let prefix = String(cString: buffer) + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }

    /// The whole path of something that need not exist; links stay.
    static func placed(_ path: String) -> String {
        guard !path.hasPrefix("/"), let buffer = getcwd(nil, 0) else { return path }
        defer { free(buffer) }
        var relative = path[...]
        while relative.hasPrefix("./") { relative = relative.dropFirst(2) }
        return String(cString: buffer) + "/" + relative
    }

    /// The whole path of something that exists, links followed.
    static func absolute(_ path: String) -> String {
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
