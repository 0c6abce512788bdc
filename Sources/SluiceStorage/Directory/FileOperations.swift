import Glibc
package import SluiceCore

/// The system calls by which a directory store changes the disk, so that tests can make any of them fail.
package protocol FileOperations: Sendable {
    /// A new file for writing; it must not exist.
    func create(_ path: String) throws(SystemFailure) -> Int32
    /// Writes some of `bytes`, at least one; returns how many.
    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemFailure) -> Int
    /// Makes a file's content durable.
    func sync(_ descriptor: Int32) throws(SystemFailure)
    func close(_ descriptor: Int32)
    func rename(_ source: String, _ target: String) throws(SystemFailure)
    func remove(_ path: String) throws(SystemFailure)
    /// Makes the names in a directory durable.
    func syncDirectory(_ path: String) throws(SystemFailure)
}

/// A system call's `errno`.
package struct SystemFailure: Error, Hashable, Sendable {
    package var number: Int32

    package init(_ number: Int32) { self.number = number }

    /// `diskFull` for a full disk or quota, `unreadable` for missing permission, `ioFailure` otherwise.
    package func error(cannot action: String, _ path: String) -> SluiceError { .system(number, cannot: action, path) }
}

/// The operating system itself.
package struct SystemFiles: FileOperations {
    package init() {}

    package func create(_ path: String) throws(SystemFailure) -> Int32 {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemFailure(errno) }
        return descriptor
    }

    package func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemFailure) -> Int {
        while true {
            let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw SystemFailure(errno) }
        }
    }

    package func sync(_ descriptor: Int32) throws(SystemFailure) {
        guard fsync(descriptor) == 0 else { throw SystemFailure(errno) }
    }

    package func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

    package func rename(_ source: String, _ target: String) throws(SystemFailure) {
        guard Glibc.rename(source, target) == 0 else { throw SystemFailure(errno) }
    }

    package func remove(_ path: String) throws(SystemFailure) {
        guard unlink(path) == 0 else { throw SystemFailure(errno) }
    }

    package func syncDirectory(_ path: String) throws(SystemFailure) {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure(errno) }
        defer { _ = Glibc.close(descriptor) }
        try sync(descriptor)
    }
}
