import SluiceCore

/// Reads a source in chunks, keeping the part of the last one that is no whole record yet.
struct ChunkReader: Sendable {
    /// Everything that was read and not consumed, and before it what `position` has passed.
    private(set) var buffer: [UInt8] = []
    /// Start of what is not consumed.
    var position = 0
    /// Nothing comes after the buffer: the source ended or failed.
    private(set) var isAtEnd = false
    /// Why the source ended early.
    private(set) var failure: SluiceError?
    private var source: InputBytes
    private let chunkBytes: Int
    /// Of the next chunk. The first ones are small: often only a header is wanted.
    private var wantedBytes: Int

    init(_ source: InputBytes, chunkBytes: Int = FormatLimits.chunkBytes) {
        self.source = source
        self.chunkBytes = chunkBytes
        wantedBytes = min(chunkBytes, FormatLimits.firstChunkBytes)
    }

    /// Drops what was consumed and reads more: a whole chunk, and at least as much as is left, so that a long record costs linear time.
    mutating func refill() {
        guard !isAtEnd else { return }
        let tail = position..<buffer.count
        let capacity = tail.count + max(wantedBytes, tail.count)
        wantedBytes = min(chunkBytes, wantedBytes * 2)
        var source = source
        var ended = false
        var failure: SluiceError?
        let old = buffer
        buffer = [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
            old.withUnsafeBytes { UnsafeMutableRawBufferPointer(target).copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[tail])) }
            count = tail.count
            do throws(SluiceError) {
                while count < capacity, !ended {
                    let got = try source.read(
                        into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(target)[count...]))
                    count += got
                    ended = got == 0
                }
            } catch {
                failure = error
                ended = true
            }
        }
        self.source = source
        self.failure = failure
        isAtEnd = ended
        position = 0
    }
}
