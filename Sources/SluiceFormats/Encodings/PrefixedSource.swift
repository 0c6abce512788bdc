import SluiceCore

/// A source whose start can be looked at before it is read.
struct PrefixedSource: ByteSource, Sendable {
    private var source: InputBytes
    private var prefix: [UInt8] = []
    private var position = 0
    /// What the source threw while its start was looked at; it throws it again behind the start.
    private var failure: SluiceError?
    /// The source ended within what was looked at.
    private(set) var isWhole = false

    init(_ source: InputBytes) { self.source = source }

    /// The first bytes, at most `count`; call it once, before reading.
    mutating func peek(_ count: Int) -> [UInt8] {
        var source = source
        var ended = false
        var failure: SluiceError?
        prefix = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            let buffer = UnsafeMutableRawBufferPointer(target)
            do throws(SluiceError) {
                while filled < count, !ended {
                    let got = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
                    filled += got
                    ended = got == 0
                }
            } catch {
                failure = error
            }
        }
        self.source = source
        self.failure = failure
        isWhole = ended
        return prefix
    }

    /// As `peek`.
    ///
    /// - Throws: what the source throws.
    mutating func peeked(_ count: Int) throws(SluiceError) -> [UInt8] {
        let bytes = peek(count)
        if let failure { throw failure }
        return bytes
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        if position < prefix.count {
            let count = min(buffer.count, prefix.count - position)
            buffer.copyBytes(from: prefix[position..<(position + count)])
            position += count
            return count
        }
        if let failure { throw failure }
        return isWhole ? 0 : try source.read(into: buffer)
    }
}
