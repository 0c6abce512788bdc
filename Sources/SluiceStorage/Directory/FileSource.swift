package import SluiceCore

/// A file's bytes in order. Copies read on their own from where they were made.
package struct FileSource: ByteSource, Sendable {
    private let file: FileAccess
    private var offset: Int64 = 0

    /// - Throws: `fileNotFound`, `unreadable` (also for what is no plain file), `ioFailure`.
    package init(path: String) throws(SluiceError) { file = try FileAccess(path: path) }

    package mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let count = try file.read(at: offset, into: buffer)
        offset += Int64(count)
        return count
    }
}
