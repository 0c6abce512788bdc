import Glibc
import SluiceCore
import SluiceStorage

/// Files that an event watches.
enum WatchedFiles {
    /// - Parameter pattern: A pattern of the shell, or one of those that sources take: `**` stands for any number of directories, `{a,b}` for one of
    ///   several texts.
    /// - Returns: Size and time of change of the files that match, by their paths as the pattern begins them.
    static func found(_ pattern: String) throws(SluiceError) -> [String: String] {
        let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
        guard pattern.contains("{") || parts.contains("**") else { return shell(pattern) }
        let names = parts.prefix { part in !part.contains { "*?[{\\".contains($0) } }
        let start = names.map { $0 + "/" }.joined()
        let store = DirectoryStore(root: start.isEmpty ? "." : start)
        var found: [String: String] = [:]
        for file in try store.matches(Glob(parts.dropFirst(names.count).joined(separator: "/"))).prefix(SchedulerLimits.watchedFiles) {
            found[start + file.name] = mark(start + file.name)
        }
        return found
    }

    private static func shell(_ pattern: String) -> [String: String] {
        var matches = glob_t()
        defer { globfree(&matches) }
        guard glob(pattern, GLOB_NOSORT, nil, &matches) == 0 else { return [:] }
        var found: [String: String] = [:]
        for index in 0..<min(Int(matches.gl_pathc), SchedulerLimits.watchedFiles) {
            guard let name = matches.gl_pathv[index] else { continue }
            let path = String(cString: name)
            found[path] = mark(path)
        }
        return found
    }

    /// Nil for what is no file, and for a name that no list of names can hold.
    private static func mark(_ path: String) -> String? {
        var status = stat()
        guard !path.contains("\n"), stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return "\(status.st_size):\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
}
