import Glibc

/// Where the program was started.
enum WorkingDirectory {
    /// A path as a person there would type it: without the directory's own part.
    static func relative(_ path: String) -> String {
        guard let buffer = getcwd(nil, 0) else { return path }
        defer { free(buffer) }
        let prefix = String(cString: buffer) + "/"
        return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
    }
}
