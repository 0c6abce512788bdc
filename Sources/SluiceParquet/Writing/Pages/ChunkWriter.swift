import SluiceCodecs
import SluiceCore

/// A data page that was written.
struct WrittenPage: Sendable {
    /// Of the header, from the start of the row group.
    var offset: Int
    /// With the header.
    var byteCount: Int
    var firstRow: Int
    var nullCount: Int
    var bounds: PageBounds
}

/// Puts the pages of one column chunk together, compresses them, and keeps what the footer says about them.
struct ChunkWriter: ~Copyable {
    let leaf: WriterLeaf
    let options: ParquetWriterOptions
    private let levels: LevelWriter
    /// The row group's bytes up to now.
    private(set) var bytes: [UInt8]
    private let start: Int
    private var body = ByteStore(capacity: 64 << 10)
    private var headerBytes = 0
    private var plainBytes = 0
    private(set) var pages: [WrittenPage] = []
    private var dictionaryOffset: Int?
    private var encodings: [PageEncodingStatistics] = []
    private var entryCount = 0

    /// - Parameter bytes: the row group's bytes before this chunk.
    init(_ leaf: WriterLeaf, _ data: LeafData, _ options: ParquetWriterOptions, after bytes: consuming [UInt8]) {
        self.leaf = leaf
        self.options = options
        levels = LevelWriter(leaf: leaf, data: data)
        start = bytes.count
        self.bytes = bytes
    }

    /// Writes the dictionary's page, which comes first.
    mutating func writeDictionary(count: Int, _ fill: (inout ByteStore) -> Void) throws(SluiceError) {
        body.removeAll()
        fill(&body)
        dictionaryOffset = bytes.count
        let header = DictionaryPageHeader(valueCount: Int32(count))
        try writePage(.dictionary(header), plainStart: 0)
        countPage(.dictionary, .plain)
    }

    /// Writes a data page: levels, then what `fill` appends.
    ///
    /// - Parameters:
    ///   - valueCount: the values that are not null.
    ///   - fill: appends them as `encoding` stores them.
    mutating func writePage(
        _ span: PageSpan, _ encoding: PageEncoding, valueCount: Int, bounds: PageBounds, _ fill: (inout ByteStore) -> Void
    ) throws(SluiceError) {
        body.removeAll()
        let offset = bytes.count
        let nullCount = span.entries.count - valueCount
        switch options.pageVersion {
        case .one:
            appendLevels(span)
            fill(&body)
            let header = DataPageHeader(valueCount: Int32(span.entries.count), encoding: encoding)
            try writePage(.data(header), plainStart: 0)
            countPage(.data, encoding)
        case .two:
            levels.appendRepetition(span, to: &body)
            let repetitionBytes = body.count
            levels.appendDefinition(span, to: &body)
            let levelBytes = body.count
            fill(&body)
            let header = DataPageHeaderV2(
                valueCount: Int32(span.entries.count), nullCount: Int32(nullCount), rowCount: Int32(span.rows.count), encoding: encoding,
                definitionLevelBytes: Int32(levelBytes - repetitionBytes), repetitionLevelBytes: Int32(repetitionBytes),
                isCompressed: options.codec != .none)
            try writePage(.dataV2(header), plainStart: levelBytes)
            countPage(.dataV2, encoding)
        }
        entryCount += span.entries.count
        pages.append(
            WrittenPage(
                offset: offset, byteCount: bytes.count - offset, firstRow: span.rows.lowerBound, nullCount: nullCount, bounds: bounds))
    }

    /// Levels of a version 1 page stand after their length.
    private mutating func appendLevels(_ span: PageSpan) {
        if leaf.repetitionLevel > 0 {
            let place = body.count
            body.append(littleEndian: UInt32(0))
            levels.appendRepetition(span, to: &body)
            body.replace(littleEndian: UInt32(body.count - place - 4), at: place)
        }
        if leaf.definitionLevel > 0 {
            let place = body.count
            body.append(littleEndian: UInt32(0))
            levels.appendDefinition(span, to: &body)
            body.replace(littleEndian: UInt32(body.count - place - 4), at: place)
        }
    }

    /// Compresses the body, except its first `plainStart` bytes, and appends it behind its header.
    private mutating func writePage(_ kind: PageHeader.Kind, plainStart: Int) throws(SluiceError) {
        guard body.count <= ParquetLimits.pageBytes else {
            throw SluiceError(
                .limitExceeded,
                "a page of \(body.count) bytes in column \(leaf.name.quotedForMessage); \(ParquetLimits.pageBytes) are allowed",
                remedy: "split its largest values over several rows")
        }
        var kind = kind
        let values = UnsafeRawBufferPointer(rebasing: body.bytes[plainStart...])
        var compressed: [UInt8]?
        if options.codec != .none { compressed = options.codec.compress(values, level: options.level) }
        if case .dataV2(var header) = kind, let made = compressed, made.count >= values.count {
            header.isCompressed = false
            kind = .dataV2(header)
            compressed = nil
        }
        let stored = plainStart + (compressed?.count ?? values.count)
        let levels = UnsafeRawBufferPointer(rebasing: body.bytes[..<plainStart])
        var header = PageHeader(kind, uncompressedBytes: Int32(body.count), compressedBytes: Int32(stored))
        if options.writesChecksums {
            let whole = [UInt8](levels) + (compressed ?? [UInt8](values))
            header.crc = Int32(bitPattern: whole.withUnsafeBytes { CRC32.checksum(of: $0) })
        }
        let serialized = header.serialized
        plainBytes += serialized.count + body.count
        bytes.append(contentsOf: serialized)
        bytes.append(contentsOf: levels)
        if let compressed { bytes.append(contentsOf: compressed) } else { bytes.append(contentsOf: values) }
    }

    private mutating func countPage(_ type: PageType, _ encoding: PageEncoding) {
        if let index = encodings.firstIndex(where: { $0.pageType == type && $0.encoding == encoding }) {
            encodings[index].count += 1
        } else {
            encodings.append(PageEncodingStatistics(type, encoding, count: 1))
        }
    }

    /// The chunk, when its last page is written; offsets count from the start of the row group.
    ///
    /// - Parameters:
    ///   - bounds: of the whole chunk.
    ///   - order: of the pages' bounds.
    consuming func finish(_ bounds: PageBounds, order: BoundaryOrder, filter: BloomFilterBuilder?) -> (chunk: EncodedChunk, bytes: [UInt8])
    {
        var kinds = Set(encodings.map(\.encoding))
        if leaf.definitionLevel > 0 || leaf.repetitionLevel > 0 { kinds.insert(.rle) }
        var metadata = ColumnMetaData(
            leaf.type, path: leaf.path, codec: options.codec.parquet, encodings: kinds.sorted { $0.rawValue < $1.rawValue },
            valueCount: Int64(entryCount), uncompressedBytes: Int64(plainBytes), compressedBytes: Int64(bytes.count - start),
            dataPageOffset: Int64(pages.first?.offset ?? start))
        metadata.dictionaryPageOffset = dictionaryOffset.map(Int64.init)
        metadata.encodingStatistics = encodings
        if options.writesStatistics {
            metadata.statistics = ChunkStatistics.statistics(bounds, nullCount: pages.reduce(0) { $0 + $1.nullCount })
        }
        var chunk = EncodedChunk(metadata: metadata)
        if options.writesPageIndex, !pages.isEmpty {
            chunk.pages = pages.map {
                PageLocation(offset: Int64($0.offset), compressedBytes: Int32($0.byteCount), firstRow: Int64($0.firstRow))
            }
            chunk.columnIndex = ChunkStatistics.columnIndex(pages, order: order)
        }
        chunk.filter = filter?.bytes
        return (chunk, bytes)
    }
}

extension BlockCodec {
    /// The codec's number in the file; those that Parquet lacks are refused when a writer is made.
    var parquet: CompressionCodec {
        switch self {
        case .snappy: .snappy
        case .gzip: .gzip
        case .zstd: .zstd
        case .none, .zlib, .deflate: .uncompressed
        }
    }
}
