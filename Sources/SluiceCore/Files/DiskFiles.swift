import Glibc

/// Small files and directories of the state: whole-file reads, atomic and durable writes, directory changes that survive a crash.
///
/// Bulk data goes through the formats' readers and the streams' log files, not through here.
package enum DiskFiles {
    /// A file that `read` refuses to load.
    package static let wholeFileLimitBytes = 64 << 20

    /// The whole content.
    ///
    /// - Throws: `fileNotFound`, `unreadable`, `ioFailure`; `limitExceeded` above `wholeFileLimitBytes`.
    package static func read(_ path: String) throws(SluiceError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open", path) }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return content }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(errno, cannot: "read", path)
            }
            content.append(contentsOf: buffer[..<count])
            guard content.count <= wholeFileLimitBytes else {
                throw SluiceError(.limitExceeded, "\(path.quotedForMessage) is over \(wholeFileLimitBytes) bytes", at: .file(path: path))
            }
        }
    }

    /// Puts a file in place whole or not at all: written beside, synced, renamed, and the directory synced.
    package static func writeAtomically(_ content: some Collection<UInt8>, to path: String) throws(SluiceError) {
        let staged = path + ".tmp-\(getpid())"
        let descriptor = open(staged, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(errno, cannot: "create", staged) }
        do throws(SluiceError) {
            defer { close(descriptor) }
            try write(Array(content), to: descriptor, path: staged)
            guard fsync(descriptor) == 0 else { throw .system(errno, cannot: "sync", staged) }
        } catch {
            unlink(staged)
            throw error
        }
        guard rename(staged, path) == 0 else {
            let error = SluiceError.system(errno, cannot: "replace", path)
            unlink(staged)
            throw error
        }
        try syncDirectory(parent(of: path))
    }

    /// Writes all of `bytes` at the descriptor's position, through short writes and interruptions.
    package static func write(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(SluiceError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(errno, cannot: "write", path)
            }
            written += count
        }
    }

    /// Writes bytes behind the end of a file, which is made where there is none.
    ///
    /// - Parameter permissions: Of a file that is made.
    package static func append(_ bytes: [UInt8], to path: String, permissions: UInt32 = 0o644) throws(SluiceError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, permissions)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open", path) }
        defer { close(descriptor) }
        try write(bytes, to: descriptor, path: path)
    }

    /// Makes earlier creations, renames and removals in a directory durable.
    package static func syncDirectory(_ path: String) throws(SluiceError) {
        let descriptor = open(path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open directory", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(errno, cannot: "sync directory", path) }
    }

    /// Makes a file's content durable.
    package static func syncFile(_ path: String) throws(SluiceError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(errno, cannot: "sync", path) }
    }

    /// Creates a directory and the missing ones above it, durably; one that exists is fine.
    package static func createDirectories(_ path: String) throws(SluiceError) {
        if path.isEmpty || kind(of: path) == .directory { return }
        try createDirectories(parent(of: path))
        guard mkdir(path, 0o755) == 0 || (errno == EEXIST && kind(of: path) == .directory) else {
            throw .system(errno, cannot: "create directory", path)
        }
        try syncDirectory(parent(of: path))
    }

    /// Names in a directory, sorted by bytes, without `.` and `..`; empty where there is no such directory.
    package static func list(_ path: String) throws(SluiceError) -> [String] {
        guard let stream = opendir(path) else {
            if errno == ENOENT { return [] }
            throw .system(errno, cannot: "list directory", path)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file or a whole directory; nothing there is fine. Symbolic links are removed, not followed.
    package static func removeTree(_ path: String) throws(SluiceError) {
        if unlink(path) == 0 || errno == ENOENT { return }
        let number = errno
        guard kind(of: path) == .directory else { throw .system(number, cannot: "remove", path) }
        for name in try list(path) { try removeTree(path + "/" + name) }
        guard rmdir(path) == 0 || errno == ENOENT else { throw .system(errno, cannot: "remove directory", path) }
    }

    package enum Kind: Sendable { case file, directory, other }

    /// What a path names, symbolic links followed; nil where there is nothing.
    package static func kind(of path: String) -> Kind? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .directory
        default: .other
        }
    }

    /// Nil where there is no such file.
    package static func byteCount(of path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// The directory that holds a path; `.` for a plain name.
    package static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
