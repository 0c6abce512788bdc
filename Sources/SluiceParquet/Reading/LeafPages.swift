import SluiceCore

/// The data pages of one leaf, with the levels of the page at hand.
struct LeafPages {
    /// What `advance` came to.
    enum Step {
        /// The dictionary of the chunk: its values, plain, and their number.
        case dictionary(PageBytes, count: Int)
        /// A data page: `values` and `encoding` are its own.
        case data
        /// A data page that was passed over as a whole, because all of its rows were to be skipped.
        case skipped(rows: Int)
        case end
    }

    let leaf: ParquetLeaf
    private var chunk: ChunkPages
    /// Entries (values, nulls, empty lists) of the chunk that are in no page yet.
    private var chunkEntriesLeft: Int64
    /// Entries of the page at hand that are not read yet.
    private(set) var entriesLeft = 0
    private var repetition = LevelDecoder.none
    private var definition = LevelDecoder.none
    private(set) var values = PageBytes.empty
    private(set) var encoding = PageEncoding.plain
    private var hasDictionary = false
    /// Where the pages are, by rows, if the file says so.
    var index: OffsetIndex?
    private var nextIndexed = 0
    /// The rows of the next page, if it was jumped to.
    private var expectedRows: Int64?
    private let rowsInChunk: Int64
    /// Whether all values of the chunk are in its dictionary.
    let isDictionaryOnly: Bool

    init(_ leaf: ParquetLeaf, _ metadata: ColumnMetaData, _ chunk: ChunkPages) {
        self.leaf = leaf
        self.chunk = chunk
        chunkEntriesLeft = metadata.valueCount
        rowsInChunk = metadata.valueCount
        let dataPages = metadata.encodingStatistics?.filter { $0.pageType == .data || $0.pageType == .dataV2 } ?? []
        isDictionaryOnly = !dataPages.isEmpty && dataPages.allSatisfy { $0.encoding == .rleDictionary || $0.encoding == .plainDictionary }
    }

    /// Whether entries are rows.
    private var isFlat: Bool { leaf.maximumRepetitionLevel == 0 }

    /// Goes on to the next page, when the one at hand is read.
    ///
    /// - Parameter skipping: rows that nobody wants; a page that has no others is not decompressed.
    mutating func advance(skipping: Int) throws(SluiceError) -> Step {
        while chunkEntriesLeft > 0 {
            let header = try chunk.header()
            switch header.kind {
            case .other: chunk.skip(header)
            case .dictionary(let dictionary): return try start(dictionary, header)
            case .data(let page):
                try begin(page.valueCount)
                if isFlat, entriesLeft <= skipping { return skipped(header, rows: entriesLeft) }
                try start(page, try chunk.body(header))
                return .data
            case .dataV2(let page):
                try begin(page.valueCount)
                guard page.rowCount >= 0, page.rowCount <= page.valueCount, !isFlat || page.rowCount == page.valueCount else {
                    throw PageError.damaged("a page of \(page.rowCount) rows with \(page.valueCount) values")
                }
                if Int(page.rowCount) <= skipping, page.rowCount > 0 { return skipped(header, rows: Int(page.rowCount)) }
                try start(page, header)
                return .data
            }
        }
        return .end
    }

    /// Reads the dictionary, where the chunk begins with one and nothing was read yet; nil otherwise.
    mutating func firstDictionary(of metadata: ColumnMetaData) throws(SluiceError) -> (PageBytes, count: Int)? {
        guard chunkEntriesLeft == rowsInChunk, entriesLeft == 0, !hasDictionary, let offset = metadata.dictionaryPageOffset, offset > 0,
            offset < metadata.dataPageOffset
        else { return nil }
        let header = try chunk.header()
        guard case .dictionary(let dictionary) = header.kind, case .dictionary(let bytes, let count) = try start(dictionary, header) else {
            throw PageError.damaged("its column chunk does not begin with the dictionary")
        }
        return (bytes, count)
    }

    /// Between two pages: jumps to the page that has the row `rows` rows further, if an index says where it is. Returns the rows passed over.
    mutating func jump(_ rows: Int) throws(SluiceError) -> Int {
        guard isFlat, let pages = index?.pages, hasDictionary || chunk.position >= pages[0].offset else { return 0 }
        let row = rowsInChunk - chunkEntriesLeft
        var target = nextIndexed
        while target + 1 < pages.count, pages[target + 1].firstRow <= row + Int64(rows) { target += 1 }
        guard target < pages.count, pages[target].firstRow > row, pages[target].firstRow <= row + Int64(rows) else { return 0 }
        nextIndexed = target
        expectedRows = target + 1 < pages.count ? pages[target + 1].firstRow - pages[target].firstRow : nil
        try chunk.seek(to: pages[target].offset)
        let passed = pages[target].firstRow - row
        chunkEntriesLeft -= passed
        return Int(passed)
    }

    private mutating func start(_ dictionary: DictionaryPageHeader, _ header: PageHeader) throws(SluiceError) -> Step {
        guard dictionary.encoding == .plain || dictionary.encoding == .plainDictionary else {
            throw PageError.unsupported(dictionary.encoding, "dictionary")
        }
        guard dictionary.valueCount >= 0, !hasDictionary else { throw PageError.damaged("a second dictionary, or one without a size") }
        hasDictionary = true
        return .dictionary(try chunk.body(header), count: Int(dictionary.valueCount))
    }

    private mutating func begin(_ count: Int32) throws(SluiceError) {
        guard count >= 0, Int64(count) <= chunkEntriesLeft else {
            throw PageError.damaged("it has \(count) values where \(chunkEntriesLeft) are left")
        }
        guard expectedRows == nil || expectedRows == Int64(count) else {
            throw PageError.damaged("its rows are not those of the offset index")
        }
        expectedRows = nil
        entriesLeft = Int(count)
        chunkEntriesLeft -= Int64(count)
    }

    private mutating func skipped(_ header: PageHeader, rows: Int) -> Step {
        chunk.skip(header)
        entriesLeft = 0
        return .skipped(rows: rows)
    }

    private mutating func start(_ page: DataPageHeader, _ body: PageBytes) throws(SluiceError) {
        var body = body
        repetition = try LevelDecoder.taken(
            from: &body, maximum: leaf.maximumRepetitionLevel, count: entriesLeft, encoding: page.repetitionLevelEncoding)
        definition = try LevelDecoder.taken(
            from: &body, maximum: leaf.maximumDefinitionLevel, count: entriesLeft, encoding: page.definitionLevelEncoding)
        values = body
        encoding = page.encoding
    }

    private mutating func start(_ page: DataPageHeaderV2, _ header: PageHeader) throws(SluiceError) {
        let lengths = (repetition: Int(page.repetitionLevelBytes), definition: Int(page.definitionLevelBytes))
        guard lengths.repetition >= 0, lengths.definition >= 0 else { throw PageError.damaged("levels have a negative length") }
        var body = try chunk.body(header, uncompressed: lengths.repetition + lengths.definition, isCompressed: page.isCompressed)
        guard let repetitionBytes = body.take(lengths.repetition), let definitionBytes = body.take(lengths.definition) else {
            throw PageError.damaged("levels are longer than the page")
        }
        repetition = try LevelDecoder.hybrid(repetitionBytes, maximum: leaf.maximumRepetitionLevel)
        definition = try LevelDecoder.hybrid(definitionBytes, maximum: leaf.maximumDefinitionLevel)
        values = body
        encoding = page.encoding
    }

    // MARK: levels of the page at hand

    /// Takes `count` entries of a leaf that is neither optional nor repeated.
    mutating func takeRequired(_ count: Int) { entriesLeft -= count }

    /// Takes `count` entries of a leaf whose largest level is 1: into `words`, from bit `start` on, whether they are there. Returns how many are.
    mutating func takeOptional(_ count: Int, into words: UnsafeMutablePointer<UInt64>, from start: Int) throws(SluiceError) -> Int {
        entriesLeft -= count
        return try definition.readBits(into: words, from: start, count: count)
    }

    /// Takes `count` entries with both levels.
    mutating func takeLevels(
        _ count: Int, repetition repetitions: UnsafeMutablePointer<UInt8>, definition definitions: UnsafeMutablePointer<UInt8>
    ) throws(SluiceError) {
        entriesLeft -= count
        try repetition.read(into: repetitions, count: count, maximum: leaf.maximumRepetitionLevel)
        try definition.read(into: definitions, count: count, maximum: leaf.maximumDefinitionLevel)
    }
}

extension PageError {
    /// - Throws: `corruptFile` for more values than bytes; `limitExceeded`.
    static func checkDictionary(_ count: Int, _ bytes: PageBytes) throws(SluiceError) {
        guard count <= bytes.count else { throw damaged("a dictionary of \(count) values has \(bytes.count) bytes") }
        guard count <= ParquetLimits.dictionaryValues else {
            throw SluiceError(
                .limitExceeded, "a dictionary of \(count) values; \(ParquetLimits.dictionaryValues) are allowed",
                remedy: "write the file again with smaller dictionaries or none")
        }
    }
}
