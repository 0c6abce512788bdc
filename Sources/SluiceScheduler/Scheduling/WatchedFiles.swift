import Glibc
import SluiceCore
import SluiceStorage

/// Files that an event watches.
struct WatchedFiles {
    /// Size and time of change of the files that match, by their paths as directory and pattern begin them.
    private(set) var marks: [String: String] = [:]
    /// Names that match and that no list of names can hold, as far as they can be shown.
    private(set) var unreadable: Set<String> = []

    /// - Parameters:
    ///   - pattern: A pattern of the shell, or one of those that sources take: `**` stands for any number of directories, `{a,b}` for one of
    ///     several texts.
    ///   - directory: Where relative patterns begin; its name is no pattern.
    init(_ pattern: String, in directory: String) throws(SluiceError) {
        let head = pattern.hasPrefix("/") || directory == "." ? "" : directory + "/"
        let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
        guard pattern.contains("{") || parts.contains("**") else {
            matchAsShell(Self.escaped(head) + pattern)
            return
        }
        let names = parts.prefix { part in !part.contains { "*?[{\\".contains($0) } }
        let start = head + names.map { $0 + "/" }.joined()
        let store = DirectoryStore(root: start.isEmpty ? "." : start)
        for file in try store.matches(Glob(parts.dropFirst(names.count).joined(separator: "/"))).prefix(SchedulerLimits.watchedFiles) {
            add(start + file.name)
        }
    }

    private mutating func matchAsShell(_ pattern: String) {
        var matches = glob_t()
        defer { globfree(&matches) }
        guard glob(pattern, GLOB_NOSORT, nil, &matches) == 0 else { return }
        for index in 0..<min(Int(matches.gl_pathc), SchedulerLimits.watchedFiles) {
            if let name = matches.gl_pathv[index] { add(String(cString: name)) }
        }
    }

    private mutating func add(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            // What is no UTF-8 was mended on the way, so that no file has the name.
            if path.contains("\u{FFFD}") { unreadable.insert(path) }
            return
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return }
        if path.utf8.contains(UInt8(ascii: "\n")) { unreadable.insert(path) } else { marks[path] = Self.mark(status) }
    }

    private static func mark(_ status: stat) -> String { "\(status.st_size):\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)" }

    /// A name as a pattern that it alone matches.
    private static func escaped(_ name: String) -> String {
        String(name.flatMap { "*?[\\".contains($0) ? ["\\", $0] : [$0] })
    }
}
