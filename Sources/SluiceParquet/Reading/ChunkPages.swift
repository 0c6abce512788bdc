import SluiceCodecs
import SluiceCore

/// Reads the pages of one column chunk in order: headers, and the bytes of those pages that are wanted.
///
/// The file is read in windows of `ParquetLimits.windowBytes`, or of a page if that is larger; one window and one decompressed page are in memory.
struct ChunkPages {
    private let file: any RandomAccess
    private let codec: CompressionCodec
    /// Where the next header is, and where the chunk ends, in the file.
    private(set) var position: Int64
    private let end: Int64

    private var window = PageMemory(capacity: 0)
    private var windowStart: Int64 = 0
    private var windowCount = 0
    private var decompressed = PageMemory(capacity: 0)

    /// - Parameter dataEnd: where the last chunk of the file must end at the latest.
    /// - Throws: `corruptFile` when the chunk is not within the file's data.
    init(_ file: any RandomAccess, _ chunk: ColumnMetaData, dataEnd: Int64) throws(SluiceError) {
        self.file = file
        codec = chunk.codec
        var start = chunk.dataPageOffset
        if let dictionary = chunk.dictionaryPageOffset, dictionary > 0, dictionary < start { start = dictionary }
        guard start >= 0, start <= dataEnd, chunk.compressedBytes >= 0, chunk.compressedBytes <= dataEnd - start else {
            throw SluiceError(
                .corruptFile,
                "the column's pages are at bytes \(start) to \(start.addingReportingOverflow(chunk.compressedBytes).partialValue)"
                    + " of \(dataEnd)", remedy: "copy or download the file again")
        }
        position = start
        // Some old writers left the dictionary page's header out of the size (PARQUET-816).
        end = min(dataEnd, start + chunk.compressedBytes + Self.forgottenHeaderBytes)
    }

    private static let forgottenHeaderBytes: Int64 = 100

    /// The header at `position`, behind which `position` then is.
    ///
    /// - Throws: `cutFile`, `corruptFile` when there is none; `limitExceeded`.
    mutating func header() throws(SluiceError) -> PageHeader {
        var wanted = 4 << 10
        while true {
            let available = try load(min(wanted, Int(clamping: end - position)))
            do throws(SluiceError) {
                var reader = ThriftReader(UnsafeRawBufferPointer(start: available.base, count: available.count))
                let header = try PageHeader(from: &reader)
                guard (0...Int32(ParquetLimits.pageBytes)).contains(header.compressedBytes),
                    (0...Int32(ParquetLimits.pageBytes)).contains(header.uncompressedBytes)
                else {
                    throw SluiceError(
                        .limitExceeded,
                        "a page of \(header.uncompressedBytes) bytes (compressed \(header.compressedBytes)); \(ParquetLimits.pageBytes) are allowed",
                        remedy: "write the file again with smaller pages")
                }
                position += Int64(reader.position)
                guard Int64(header.compressedBytes) <= end - position else { throw PageError.damaged("it ends behind its column chunk") }
                return header
            } catch {
                // The header may be longer than what was looked at.
                guard error.code == .cutFile, available.count < Int(clamping: end - position), wanted < ParquetLimits.pageHeaderBytes else {
                    throw error
                }
                wanted *= 8
            }
        }
    }

    /// Passes over the page whose header was read last.
    mutating func skip(_ header: PageHeader) { position += Int64(header.compressedBytes) }

    /// Goes on at another page of the chunk.
    mutating func seek(to offset: Int64) throws(SluiceError) {
        guard offset >= position, offset <= end else { throw PageError.damaged("the offset index leads to byte \(offset)") }
        position = offset
    }

    /// The plain bytes of the page whose header was read last; they hold until the next call. The first `uncompressed` bytes are not compressed.
    mutating func body(_ header: PageHeader, uncompressed: Int = 0, isCompressed: Bool = true) throws(SluiceError) -> PageBytes {
        let stored = try load(Int(header.compressedBytes))
        position += Int64(header.compressedBytes)
        if let crc = header.crc {
            let found = CRC32.checksum(of: stored.buffer)
            guard found == UInt32(bitPattern: crc) else {
                throw PageError.damaged("its checksum is \(found), not \(UInt32(bitPattern: crc))")
            }
        }
        let plainCount = Int(header.uncompressedBytes)
        if codec == .uncompressed || !isCompressed {
            guard stored.count == plainCount else { throw PageError.damaged("it has \(stored.count) bytes, not \(plainCount)") }
            return stored
        }
        guard uncompressed <= stored.count, uncompressed <= plainCount else { throw PageError.damaged("levels are longer than the page") }
        let blockCodec = try Self.blockCodec(codec)
        if decompressed.capacity < plainCount { decompressed = PageMemory(capacity: plainCount) }
        decompressed.base.copyMemory(from: stored.base, byteCount: uncompressed)
        try blockCodec.decompress(
            UnsafeRawBufferPointer(rebasing: stored.buffer[uncompressed...]),
            into: UnsafeMutableRawBufferPointer(start: decompressed.base + uncompressed, count: plainCount - uncompressed))
        return decompressed.bytes(0..<plainCount)
    }

    private static func blockCodec(_ codec: CompressionCodec) throws(SluiceError) -> BlockCodec {
        switch codec {
        case .snappy: .snappy
        case .gzip: .gzip
        case .zstd: .zstd
        default:
            throw SluiceError(
                .unsupported, "the pages are compressed with \(codec), which Sluice does not read",
                remedy: "write the file again with snappy, gzip, zstd or no compression")
        }
    }

    /// `count` bytes from `position` on, in memory.
    private mutating func load(_ count: Int) throws(SluiceError) -> PageBytes {
        let offset = Int(clamping: position - windowStart)
        if position < windowStart || offset > windowCount || count > windowCount - offset { try refill(count) }
        let start = Int(position - windowStart)
        return window.bytes(start..<(start + count))
    }

    /// Moves the window so that it has at least `count` bytes from `position` on.
    private mutating func refill(_ count: Int) throws(SluiceError) {
        let wanted = min(max(count, ParquetLimits.windowBytes), Int(clamping: end - position))
        var kept = 0
        if position >= windowStart, position < windowStart + Int64(windowCount) {
            kept = windowCount - Int(position - windowStart)
        }
        let source = UnsafeRawPointer(window.base) + (windowCount - kept)
        if window.capacity < wanted {
            let larger = PageMemory(capacity: wanted)
            larger.base.copyMemory(from: source, byteCount: kept)
            window = larger
        } else if kept > 0 {
            window.base.copyMemory(from: source, byteCount: kept)
        }
        windowStart = position
        windowCount = kept
        while windowCount < wanted {
            let target = UnsafeMutableRawBufferPointer(start: window.base + windowCount, count: wanted - windowCount)
            let read = try file.read(at: windowStart + Int64(windowCount), into: target)
            guard read > 0 else {
                throw SluiceError(.cutFile, "the file ended while it was read", remedy: "do not change files while they are read")
            }
            windowCount += read
        }
    }
}
