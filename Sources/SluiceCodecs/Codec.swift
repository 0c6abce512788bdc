package import SluiceCore

/// How a whole file's bytes are compressed. Blocks inside of files are a `BlockCodec`'s.
package enum Codec: String, CaseIterable, Sendable {
    case none
    /// RFC 1952, one member or several.
    case gzip
    /// RFC 1950.
    case zlib
    /// RFC 8878, one frame or several.
    case zstd
    /// Snappy's framing format (google/snappy framing_format.txt).
    case snappy

    /// The level of writers that are not told one; see `blockCompressor(level:)` for what levels mean.
    package static let defaultLevel = 3

    /// What names of files that are written with the codec end with, without the dot.
    package var fileExtension: String? { fileExtensions.first }

    /// Everything that names of files of the codec end with.
    package var fileExtensions: [String] {
        switch self {
        case .none: []
        case .gzip: ["gz", "gzip"]
        case .zlib: ["zz", "zlib"]
        case .zstd: ["zst", "zstd"]
        case .snappy: ["sz", "snappy"]
        }
    }

    /// The codec that a file's name tells, `none` where it tells none.
    package static func named(by path: String) -> Codec {
        let name = path.lowercased()
        return allCases.first { $0.fileExtensions.contains { name.hasSuffix("." + $0) } } ?? .none
    }

    /// A sink that compresses what it is given into `sink`, in blocks of `CodecLimits.plainBlockBytes`. Equal input gives equal files,
    /// however it is cut.
    package func compressed(_ sink: any ByteSink & Sendable, level: Int = defaultLevel) -> any ByteSink & Sendable {
        guard let compressor = blockCompressor(level: level) else { return sink }
        return CompressingSink(sink, compressor)
    }
}
