import SluiceCore

/// An object's bytes in order. Copies go on from where they were made.
struct S3Source: ByteSource, Sendable {
    private let access: S3Access
    private var offset: Int64 = 0

    init(_ access: S3Access) { self.access = access }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let count = try access.read(at: offset, into: buffer)
        offset += Int64(count)
        return count
    }
}
