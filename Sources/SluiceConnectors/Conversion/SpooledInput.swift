import Glibc
package import SluiceCore

/// Standard input, or a named pipe, as a file that can be read several times and from any place.
///
/// A plain file (`< data.csv`) is used as it is. Anything else, such as a pipe, is copied into a temporary file without a name, which is gone
/// with the process.
package struct SpooledInput: Sendable {
    /// How messages call it.
    package static let name = "<stdin>"
    private static let bufferBytes = 1 << 20
    /// Between two looks at whether the task was cancelled.
    private static let pollMilliseconds: Int32 = 200

    /// Names the open file, for as long as this process lives.
    package let path: String
    package let byteCount: Int64

    /// Reads standard input to its end.
    ///
    /// - Parameter directory: for the temporary file.
    /// - Throws: `usage` where a person would have to type the data; `diskFull`, `ioFailure`; `interrupted`.
    package init(descriptor: Int32 = STDIN_FILENO, directory: String) throws(SluiceError) {
        guard isatty(descriptor) == 0 else {
            throw SluiceError(
                .usage, "\"-\" reads standard input, which is a terminal",
                remedy: "put data into it: cat data.csv | sluice convert - out.parquet")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .system(errno, cannot: "read", Self.name) }
        if status.st_mode & S_IFMT == S_IFREG, lseek(descriptor, 0, SEEK_CUR) == 0 {
            self.init(open: descriptor, byteCount: Int64(status.st_size))
            return
        }
        try self.init(copying: descriptor, named: Self.name, directory: directory)
    }

    /// Reads a named pipe to its end. It is waited for a writer.
    ///
    /// - Throws: `diskFull`, `ioFailure`; `interrupted`.
    package init(pipe path: String, directory: String) throws(SluiceError) {
        // Opened so that waiting for a writer can be interrupted.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(errno, cannot: "open", path) }
        defer { close(descriptor) }
        try self.init(copying: descriptor, named: path, directory: directory)
    }

    private init(copying descriptor: Int32, named name: String, directory: String) throws(SluiceError) {
        var template = Array("\(directory)/sluice-input-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw .system(errno, cannot: "create a file in", directory) }
        unlink(template)
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        self.init(open: file, byteCount: try Self.copy(descriptor, named: name, to: file, in: directory))
    }

    private init(open descriptor: Int32, byteCount: Int64) {
        path = "/proc/self/fd/\(descriptor)"
        self.byteCount = byteCount
    }

    private static func copy(_ input: Int32, named name: String, to output: Int32, in directory: String) throws(SluiceError) -> Int64 {
        var buffer = [UInt8](repeating: 0, count: bufferBytes)
        var total: Int64 = 0
        while true {
            var ready = pollfd(fd: input, events: Int16(POLLIN), revents: 0)
            if poll(&ready, 1, pollMilliseconds) == 0 {
                if Task.isCancelled { throw SluiceError(.interrupted, "interrupted while \(name) was read; nothing was written") }
                continue
            }
            let count = Glibc.read(input, &buffer, buffer.count)
            if count == 0 { return total }
            if count < 0 {
                if errno == EINTR || errno == EAGAIN { continue }
                throw .system(errno, cannot: "read", name)
            }
            try DiskFiles.write(Array(buffer[..<count]), to: output, path: directory)
            total += Int64(count)
        }
    }
}
