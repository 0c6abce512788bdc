import Glibc

/// A fresh directory that is removed, with all that is in it, when the test lets go of it.
package final class TemporaryDirectory: Sendable {
    package let root: String

    package init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/sluice-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw CommandError("cannot make a directory in \(base)") }
        root = String(cString: made)
    }

    deinit { Self.remove(root) }

    /// The path of something in the directory.
    package func path(_ relative: String) -> String { root + "/" + relative }

    /// Writes a file, and the directories above it; returns its path.
    @discardableResult
    package func write(_ relative: String, _ text: String) throws -> String { try write(relative, bytes: Array(text.utf8)) }

    @discardableResult
    package func write(_ relative: String, bytes: [UInt8]) throws -> String {
        try makeDirectory(relative.contains("/") ? String(relative[..<relative.lastIndex(of: "/")!]) : "")
        let target = path(relative)
        guard let file = fopen(target, "wb") else { throw CommandError("cannot write \(target)") }
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count else { throw CommandError("cannot write all of \(target)") }
        return target
    }

    /// Makes a directory and those above it; returns its path.
    @discardableResult
    package func makeDirectory(_ relative: String) throws -> String {
        var current = root
        for part in relative.split(separator: "/") {
            current += "/" + part
            guard mkdir(current, 0o755) == 0 || errno == EEXIST else { throw CommandError("cannot make \(current)") }
        }
        return current
    }

    package func text(_ relative: String) throws -> String { try Self.contents(of: path(relative)) }

    package func exists(_ relative: String) -> Bool { access(path(relative), F_OK) == 0 }

    /// Paths of all files below `relative`, relative to it, sorted.
    package func files(below relative: String = "") -> [String] { Self.files(below: relative.isEmpty ? root : path(relative)) }

    /// Paths of all files below a directory, relative to it, sorted; empty where there is none.
    package static func files(below directory: String) -> [String] {
        var result: [String] = []
        for name in names(in: directory) {
            let inner = names(in: directory + "/" + name)
            if !inner.isEmpty || isDirectory(directory + "/" + name) {
                result += files(below: directory + "/" + name).map { name + "/" + $0 }
            } else {
                result.append(name)
            }
        }
        return result.sorted()
    }

    /// A file's content; bytes that are no UTF-8 are replaced.
    package static func contents(of path: String) throws -> String { String(decoding: try bytes(of: path), as: UTF8.self) }

    package static func bytes(of path: String) throws -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw CommandError("cannot read \(path)") }
        defer { fclose(file) }
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return result }
            result.append(contentsOf: buffer[..<count])
        }
    }

    /// Names in a directory, without `.` and `..`.
    private static func names(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    private static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Tests take permissions away from directories, so they are given back before the removal.
    private static func remove(_ path: String) {
        guard isDirectory(path) else {
            unlink(path)
            return
        }
        chmod(path, 0o700)
        for name in names(in: path) { remove(path + "/" + name) }
        rmdir(path)
    }
}
