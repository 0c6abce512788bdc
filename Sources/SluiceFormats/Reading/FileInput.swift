package import SluiceCodecs
package import SluiceCore
import Synchronization

/// A file to read, as it is stored: its name for messages, its bytes, and how they are compressed.
package struct FileInput: Sendable {
    package let path: String
    /// As stored; counts what is taken.
    package let access: any RandomAccess
    /// Nil: the content shows it.
    package let codec: Codec?
    private let counted: CountedAccess

    /// - Parameter codec: How the file is compressed; nil: as its content shows.
    package init(_ access: any RandomAccess, path: String, codec: Codec? = nil) {
        counted = CountedAccess(access)
        self.access = counted
        self.path = path
        self.codec = codec
    }

    /// Stored bytes that were taken so far, over all readers of this value and its copies.
    package var bytesTaken: Int64 { counted.taken.load(ordering: .relaxed) }

    /// That the file is not compressed although its name says so.
    package var notice: String? {
        get throws(SluiceError) {
            guard codec == nil, Codec.named(by: path) != .none else { return nil }
            let count = Int(min(access.byteCount, Int64(CodecLimits.detectionBytes)))
            return Codec.notice(try access.bytes(at: 0, count: count), path: path)
        }
    }

    /// The plain bytes of a file of records in order, from the start.
    ///
    /// - Throws: As `plainBytes`; `invalidOption` for a file that plainly is none of the format, such as an archive.
    func recordBytes(of format: String) throws(SluiceError) -> InputBytes {
        var bytes = PrefixedSource(try plainBytes())
        if let kind = FileKind(bytes.peek(FileKind.probedBytes)) { throw kind.error(format, path: path) }
        return bytes
    }

    /// The plain bytes in order, from the start.
    ///
    /// - Throws: `cutFile` for an empty file that should be compressed; `corruptFile` or `cutFile` for one that is not compressed as `codec` says.
    package func plainBytes() throws(SluiceError) -> InputBytes {
        try Codec.decompressed(AccessSource(access, path: path), path: path, as: codec)
    }
}

/// Random access that counts the bytes it gave.
private final class CountedAccess: RandomAccess {
    let taken = Atomic<Int64>(0)
    private let access: any RandomAccess

    init(_ access: any RandomAccess) { self.access = access }

    var byteCount: Int64 { access.byteCount }

    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        let count = try access.read(at: offset, into: buffer)
        taken.wrappingAdd(Int64(count), ordering: .relaxed)
        return count
    }
}

/// Random access read from start to end. Copies read on their own.
private struct AccessSource: ByteSource, Sendable {
    private let access: any RandomAccess
    private let path: String
    private var offset: Int64 = 0

    init(_ access: any RandomAccess, path: String) {
        self.access = access
        self.path = path
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        do throws(SluiceError) {
            let count = try access.read(at: offset, into: buffer)
            offset += Int64(count)
            return count
        } catch {
            throw error.located(at: .file(path: path))
        }
    }
}
