import SluiceCore

/// Writes a column chunk of texts or binaries: with a dictionary where that pays, else plain or as asked for.
struct BytesChunkEncoder {
    let leaf: WriterLeaf
    let data: LeafData
    let options: ParquetWriterOptions

    /// A page of codes.
    private struct CodedPage {
        var span: PageSpan
        var codes: Range<Int>
        /// The largest code up to the end of this page.
        var lastCode: Int
        var range: BytesRange
    }

    /// - Throws: `limitExceeded` for a page that is too large.
    func encode(after bytes: consuming [UInt8]) throws(SluiceError) -> (chunk: EncodedChunk, bytes: [UInt8]) {
        var writer = ChunkWriter(leaf, data, options, after: bytes)
        var filter: BloomFilterBuilder?
        var ranges: [BytesRange] = []
        if options.usesDictionaries, leaf.encoding == nil, dictionaryPays() {
            var coded = CodedBytes(capacity: data.values.slotCount, maximumBytes: options.dictionaryBytes)
            if let pages = codes(in: &coded) {
                try write(coded, pages, to: &writer)
                if leaf.hasBloomFilter { filter = bloomFilter(of: coded) }
                ranges = pages.map(\.range)
                if !options.writesPageIndex { ranges = [range(of: coded, used: nil)] }
                return finish(writer, ranges, filter)
            }
        }
        if leaf.hasBloomFilter {
            filter = BloomFilterBuilder(count: data.values.slotCount, falsePositives: options.bloomFalsePositives)
        }
        ranges = try writePlain(to: &writer, filter: &filter)
        return finish(writer, ranges, filter)
    }

    private func finish(
        _ writer: consuming ChunkWriter, _ ranges: [BytesRange], _ filter: BloomFilterBuilder?
    ) -> (chunk: EncodedChunk, bytes: [UInt8]) {
        var whole = BytesRange.noValues
        for range in ranges { whole.merge(range) }
        let known = ranges.compactMap { range in if case .known(let least, let most) = range { (least, most) } else { nil } }
        return writer.finish(
            PageBounds(whole, isText: leaf.isText), order: ChunkStatistics.order(known, BytesOrder.isLess), filter: filter)
    }

    // MARK: dictionary

    private func dictionaryPays() -> Bool {
        let count = data.values.slotCount
        guard count >= DictionarySample.shortestColumn else { return count > 0 }
        var page = BytesPage(
            views: .allocate(capacity: DictionarySample.runValues), keys: .allocate(capacity: DictionarySample.runValues), count: 0)
        let keys = UnsafeMutablePointer<UInt64>.allocate(capacity: DictionarySample.values)
        defer {
            page.views.deallocate()
            page.keys.deallocate()
            keys.deallocate()
        }
        var taken = 0
        for range in DictionarySample.ranges(of: count) {
            data.values.fill(range, into: &page)
            (keys + taken).initialize(from: page.keys, count: page.count)
            taken += page.count
        }
        return DictionarySample.dictionaryPays(UnsafeBufferPointer(start: keys, count: taken), of: count)
    }

    /// The codes of all values, by pages; nil where plain values are smaller, or there are none.
    private func codes(in coded: inout CodedBytes) -> [CodedPage]? {
        var pages: [CodedPage] = []
        for span in data.pages(leaf, rows: options.pageRows, bytes: options.pageBytes, slot: .fixed(2)) {
            let first = coded.count
            for (column, rows) in data.values.rows(of: span.slots) {
                guard coded.append(column, rows) else { return nil }
            }
            let codes = first..<coded.count
            let range = options.writesPageIndex ? range(of: coded, used: codes) : .noValues
            pages.append(CodedPage(span: span, codes: codes, lastCode: max(0, coded.dictionary.count - 1), range: range))
        }
        let codeBytes = CodePacking.width(for: max(0, coded.dictionary.count - 1)) * coded.count / 8
        guard coded.count > 0, coded.dictionary.plainBytes + codeBytes < plainBytes(of: coded) else { return nil }
        return pages
    }

    /// What the values would take without a dictionary.
    private func plainBytes(of coded: borrowing CodedBytes) -> Int {
        var total = 0
        for index in 0..<coded.count { total += 4 + coded.dictionary[Int(coded.codes[index])].count }
        return total
    }

    /// The least and greatest entry that a page's codes name; of all entries where `used` is nil.
    private func range(of coded: borrowing CodedBytes, used: Range<Int>?) -> BytesRange {
        let count = coded.dictionary.count
        var range = BytesRange.noValues
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(1, count)) { marks in
            marks.initialize(repeating: used == nil ? 1 : 0)
            if let used { for index in used { marks[Int(coded.codes[index])] = 1 } }
            for code in 0..<count where marks[code] != 0 { range.add(coded.dictionary[code]) }
        }
        return range
    }

    private func write(_ coded: borrowing CodedBytes, _ pages: [CodedPage], to writer: inout ChunkWriter) throws(SluiceError) {
        let count = coded.dictionary.count
        try writer.writeDictionary(count: count) { store in
            for code in 0..<count { Self.append(coded.dictionary[code], to: &store) }
        }
        for page in pages {
            let codes = UnsafeBufferPointer(start: coded.codes + page.codes.lowerBound, count: page.codes.count)
            let width = CodePacking.width(for: page.lastCode)
            try writer.writePage(
                page.span, .rleDictionary, valueCount: codes.count, bounds: PageBounds(page.range, isText: leaf.isText)
            ) { store in
                store.append(UInt8(width))
                HybridEncoder.append(codes, width: width, to: &store)
            }
        }
    }

    private func bloomFilter(of coded: borrowing CodedBytes) -> BloomFilterBuilder {
        var filter = BloomFilterBuilder(count: coded.dictionary.count, falsePositives: options.bloomFalsePositives)
        for code in 0..<coded.dictionary.count { filter.insert(XXHash64.hash(coded.dictionary[code])) }
        return filter
    }

    // MARK: other encodings

    private func writePlain(to writer: inout ChunkWriter, filter: inout BloomFilterBuilder?) throws(SluiceError) -> [BytesRange] {
        let spans = data.pages(leaf, rows: options.pageRows, bytes: options.pageBytes, slot: .varying)
        let capacity = spans.reduce(1) { max($0, $1.slots.count) }
        var page = BytesPage(views: .allocate(capacity: capacity), keys: .allocate(capacity: capacity), count: 0)
        defer {
            page.views.deallocate()
            page.keys.deallocate()
        }
        var ranges: [BytesRange] = []
        let encoding = pageEncoding
        for span in spans {
            data.values.fill(span.slots, into: &page)
            var range = BytesRange.noValues
            if options.writesStatistics || options.writesPageIndex { for row in 0..<page.count { range.add(page[row]) } }
            ranges.append(range)
            if var made = filter {
                filter = nil
                for row in 0..<page.count { made.insert(XXHash64.hash(page[row])) }
                filter = made
            }
            let values = page
            try writer.writePage(span, encoding, valueCount: page.count, bounds: PageBounds(range, isText: leaf.isText)) { store in
                switch encoding {
                case .deltaLengthByteArray: DeltaEncoder.append(rows: values, to: &store)
                case .deltaByteArray: DeltaEncoder.append(prefixed: values, to: &store)
                default: for row in 0..<values.count { Self.append(values[row], to: &store) }
                }
            }
        }
        return ranges
    }

    private var pageEncoding: PageEncoding {
        switch leaf.encoding {
        case .deltaLength: .deltaLengthByteArray
        case .deltaPrefix: .deltaByteArray
        default: .plain
        }
    }

    /// A text as PLAIN stores it: four bytes of length, then its bytes.
    @inline(__always) private static func append(_ text: UnsafeRawBufferPointer, to store: inout ByteStore) {
        store.append(littleEndian: UInt32(truncatingIfNeeded: text.count))
        store.append(text)
    }
}
