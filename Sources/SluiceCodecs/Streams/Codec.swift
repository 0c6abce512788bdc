package import SluiceCore

/// How a file's bytes are compressed.
package enum Codec: String, CaseIterable, Sendable {
    case none
    case gzip

    /// zlib's own default is 6; on the flight data, level 4 is four times as fast and its files are 8 % larger.
    package static let defaultLevel = 4

    /// What a compressed file's name ends with, without the dot.
    package var fileExtension: String? {
        switch self {
        case .none: nil
        case .gzip: "gz"
        }
    }

    /// The codec that a file's first bytes show.
    package static func detected(_ start: some Collection<UInt8>) -> Codec { start.starts(with: [0x1F, 0x8B]) ? .gzip : .none }

    /// The source's bytes without compression, whatever its content shows.
    ///
    /// - Throws: `cutFile` or `corruptFile` when the name ends in a codec's extension and the content is not of that codec.
    package static func decompressed(_ source: any ByteSource & Sendable, path: String) throws(SluiceError) -> any ByteSource & Sendable {
        var source = source
        var start: [UInt8] = []
        while start.count < 2 {
            var byte: UInt8 = 0
            var failure: SluiceError?
            let got = withUnsafeMutableBytes(of: &byte) { buffer -> Int in
                do throws(SluiceError) {
                    return try source.read(into: buffer)
                } catch {
                    failure = error
                    return 0
                }
            }
            if let failure { throw failure.located(at: .file(path: path)) }
            if got == 0 { break }
            start.append(byte)
        }
        let whole = PrefixedSource(start, source)
        if detected(start) == .gzip { return GzipSource(whole, path: path) }
        guard !path.hasSuffix(".gz") else {
            throw SluiceError(
                start.isEmpty ? .cutFile : .corruptFile,
                start.isEmpty ? "the file is empty, not gzip" : "the file is not gzip, as its name says",
                at: .file(path: path), remedy: start.isEmpty ? "copy the file again" : "rename it if it is not compressed")
        }
        return whole
    }

    /// A sink that compresses what it is given into `sink`.
    package func compressed(_ sink: any ByteSink & Sendable, level: Int = defaultLevel) -> any ByteSink & Sendable {
        switch self {
        case .none: sink
        case .gzip: GzipSink(sink, level: level)
        }
    }
}

/// Bytes that were read ahead, then the rest of their source.
struct PrefixedSource: ByteSource, Sendable {
    private var prefix: ArraySlice<UInt8>
    private var source: any ByteSource & Sendable

    init(_ prefix: [UInt8], _ source: any ByteSource & Sendable) {
        self.prefix = prefix[...]
        self.source = source
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        guard !prefix.isEmpty else { return try source.read(into: buffer) }
        let count = min(buffer.count, prefix.count)
        buffer.copyBytes(from: prefix.prefix(count))
        prefix = prefix.dropFirst(count)
        return count
    }
}
