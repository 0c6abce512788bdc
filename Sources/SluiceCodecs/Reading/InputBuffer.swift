package import SluiceCore

/// Compressed bytes that were read from a source and not used yet. One task at a time uses it.
package final class InputBuffer: @unchecked Sendable {
    let path: String
    private var source: any ByteSource & Sendable
    private static let givenBackBytes = 8
    private let room: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    /// Compressed bytes before the unread ones.
    private(set) var offset: Int64 = 0

    package init(_ source: any ByteSource & Sendable, path: String) {
        self.source = source
        self.path = path
        room = .allocate(byteCount: CodecLimits.compressedBytes, alignment: 16)
    }

    deinit { room.deallocate() }

    /// What is there; it stays where it is until the next `fill`.
    var unread: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: room[start..<end]) }

    /// Takes bytes from the front of `unread`, or gives some of the last `givenBackBytes` back where `count` is negative.
    func drop(_ count: Int) {
        start += count
        offset += Int64(count)
    }

    /// Reads more of the source; false at its end. Nobody asks for more than `CodecLimits.compressedBytes` less `givenBackBytes`.
    @discardableResult func fill() throws(SluiceError) -> Bool {
        if start > Self.givenBackBytes {
            let dropped = start - Self.givenBackBytes
            room.copyMemory(from: UnsafeRawBufferPointer(rebasing: room[dropped..<end]))
            end -= dropped
            start = Self.givenBackBytes
        }
        let count: Int
        do throws(SluiceError) {
            count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: room[end...]))
        } catch {
            throw error.located(at: .file(path: path))
        }
        end += count
        return count > 0
    }

    /// Whether there are unread bytes, reading more where there are none.
    func hasMore() throws(SluiceError) -> Bool {
        if start < end { return true }
        return try fill()
    }

    /// Reads until `count` bytes are there or the source ends; whether they are.
    @discardableResult func fill(atLeast count: Int) throws(SluiceError) -> Bool {
        while end - start < count {
            if try !fill() { return false }
        }
        return true
    }

    /// Reads past the buffer, once it is empty.
    func readDirectly(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int { try source.read(into: buffer) }

    /// The error of a file that ends too early.
    func cut(_ codec: Codec) -> SluiceError {
        SluiceError(
            .cutFile, "the \(codec) file is cut off after \(offset + Int64(end - start)) compressed bytes", at: .file(path: path),
            remedy: "copy or download the file again")
    }

    func corrupt(_ codec: Codec, _ reason: String) -> SluiceError {
        SluiceError(
            .corruptFile, "the \(codec) file is damaged near compressed byte \(offset): \(reason)", at: .file(path: path),
            remedy: "copy or download the file again")
    }

    /// The error of bytes behind the end of the compressed data.
    func garbage(_ codec: Codec) -> SluiceError {
        SluiceError(
            .corruptFile, "something that is not \(codec) stands behind compressed byte \(offset)", at: .file(path: path),
            remedy: "head -c \(offset) keeps the \(codec) part of the file")
    }
}
