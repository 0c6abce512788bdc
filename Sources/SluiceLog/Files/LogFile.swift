package import SluiceCore

/// An append-only file of a shard. Tests put a faulty one in its place.
package protocol LogFile: Sendable {
    /// Writes all of `bytes` at `place`; on an error any part of them may be there.
    func write(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(SluiceError)
    /// Makes what was written durable (`fdatasync`).
    func sync() throws(SluiceError)
    /// Lets the system begin to store a written range, so that a later `sync` waits less. Promises nothing.
    func startStoring(_ range: Range<Int>)
    /// Makes the blocks of a range behind the file's end blocks that were written before (zeros): a sync of what is written over them has no
    /// change of the file's size or extents to store. On an error the file may be any length up to the range's end.
    func reserve(_ range: Range<Int>) throws(SluiceError)
    /// Gives a range behind the file's end blocks that were not written, and makes it part of the file. Only saves time.
    func allocate(_ range: Range<Int>) throws(SluiceError)
    func truncate(to byteCount: Int) throws(SluiceError)
}

extension LogFile {
    package func allocate(_ range: Range<Int>) {}
}

/// Opens the files that a shard writes.
package protocol LogFiles: Sendable {
    /// Opens for writing, creating the file where there is none.
    func open(_ path: String) throws(SluiceError) -> any LogFile
    /// Makes creations and removals in a directory durable.
    func syncDirectory(_ path: String) throws(SluiceError)
}
