import SluiceCore

/// Writes a column chunk of values of fixed width: with a dictionary where that pays, else plain or as asked for.
struct FixedChunkEncoder<Value: FixedValue> {
    let leaf: WriterLeaf
    let data: LeafData
    let options: ParquetWriterOptions

    /// Codes of a whole chunk and what its pages have.
    private struct Coded: ~Copyable {
        var dictionary: ValueDictionary<Value>
        let codes: UnsafeMutablePointer<UInt16>
        var pages: [Page] = []

        /// A page's codes end where the next page's begin.
        struct Page {
            var span: PageSpan
            var codes: Range<Int>
            /// The largest code up to the end of this page.
            var lastCode: Int
            var range: ValueRange<Value>
        }

        init(_ dictionary: consuming ValueDictionary<Value>, capacity: Int) {
            self.dictionary = dictionary
            codes = .allocate(capacity: capacity + 8)
        }

        deinit { codes.deallocate() }
    }

    /// - Throws: `valueDoesNotFit` for a decimal with too many digits, `limitExceeded` for a page that is too large.
    func encode(after bytes: consuming [UInt8]) throws(SluiceError) -> (chunk: EncodedChunk, bytes: [UInt8]) {
        var writer = ChunkWriter(leaf, data, options, after: bytes)
        var ranges: [ValueRange<Value>] = []
        var filter: BloomFilterBuilder?
        if options.usesDictionaries, leaf.encoding == nil, try dictionaryPays(), let coded = try codes() {
            try writeCoded(coded, to: &writer)
            ranges = coded.pages.map(\.range)
            if leaf.hasBloomFilter {
                var made = BloomFilterBuilder(count: coded.dictionary.count, falsePositives: options.bloomFalsePositives)
                insert(coded.dictionary.values, into: &made)
                filter = made
            }
        } else {
            if leaf.hasBloomFilter {
                filter = BloomFilterBuilder(count: data.values.slotCount, falsePositives: options.bloomFalsePositives)
            }
            ranges = try writePlain(to: &writer, filter: &filter)
        }
        var whole = ValueRange<Value>.noValues
        for range in ranges { whole.merge(range) }
        let known = ranges.compactMap { range in if case .known(let least, let most) = range { (least, most) } else { nil } }
        return writer.finish(
            PageBounds(whole, width: leaf.width), order: ChunkStatistics.order(known, Value.isLess), filter: filter)
    }

    // MARK: dictionary

    private func dictionaryPays() throws(SluiceError) -> Bool {
        let count = data.values.slotCount
        guard count >= DictionarySample.shortestColumn else { return count > 0 }
        let values = UnsafeMutablePointer<Value>.allocate(capacity: DictionarySample.runValues + 1)
        let keys = UnsafeMutablePointer<UInt64>.allocate(capacity: DictionarySample.values)
        defer {
            values.deallocate()
            keys.deallocate()
        }
        var taken = 0
        for range in DictionarySample.ranges(of: count) {
            let filled = try data.values.fill(range, into: values)
            for index in 0..<filled { keys[taken + index] = values[index].scattered }
            taken += filled
        }
        return DictionarySample.dictionaryPays(UnsafeBufferPointer(start: keys, count: taken), of: count)
    }

    /// The codes of all values; nil where plain values are smaller, or there are none.
    private func codes() throws(SluiceError) -> Coded? {
        let spans = data.pages(leaf, rows: options.pageRows, bytes: options.pageBytes, slot: .fixed(2))
        let slots = data.values.slotCount
        var coded = Coded(
            ValueDictionary(maximumCount: min(options.dictionaryBytes / leaf.width, slots)), capacity: slots)
        let block = UnsafeMutablePointer<Value>.allocate(capacity: DictionaryLimits.blockValues + 1)
        defer { block.deallocate() }
        var total = 0
        for span in spans {
            let first = total
            var range = ValueRange<Value>.noValues
            var slot = span.slots.lowerBound
            while slot < span.slots.upperBound {
                let end = min(slot + DictionaryLimits.blockValues, span.slots.upperBound)
                let values = UnsafeBufferPointer(start: block, count: try data.values.fill(slot..<end, into: block))
                let blockRange = Value.range(of: values)
                range.merge(blockRange)
                guard coded.dictionary.encode(values, range: blockRange, into: coded.codes + total) else { return nil }
                total += values.count
                slot = end
            }
            coded.pages.append(
                Coded.Page(span: span, codes: first..<total, lastCode: max(0, coded.dictionary.count - 1), range: range))
        }
        let codeBits = CodePacking.width(for: max(0, coded.dictionary.count - 1)) * total
        guard total > 0, coded.dictionary.count * leaf.width + codeBits / 8 < total * leaf.width else { return nil }
        return coded
    }

    private func writeCoded(_ coded: borrowing Coded, to writer: inout ChunkWriter) throws(SluiceError) {
        let entries = coded.dictionary.values
        try writer.writeDictionary(count: entries.count) { store in Value.appendPlain(entries, width: leaf.width, to: &store) }
        for page in coded.pages {
            let codes = UnsafeBufferPointer(start: coded.codes + page.codes.lowerBound, count: page.codes.count)
            let width = CodePacking.width(for: page.lastCode)
            try writer.writePage(
                page.span, .rleDictionary, valueCount: codes.count, bounds: PageBounds(page.range, width: leaf.width)
            ) { store in
                store.append(UInt8(width))
                HybridEncoder.append(codes, width: width, to: &store)
            }
        }
    }

    // MARK: other encodings

    private func writePlain(to writer: inout ChunkWriter, filter: inout BloomFilterBuilder?) throws(SluiceError) -> [ValueRange<Value>] {
        let spans = data.pages(leaf, rows: options.pageRows, bytes: options.pageBytes, slot: .fixed(leaf.width))
        let capacity = spans.reduce(0) { max($0, $1.slots.count) }
        let values = UnsafeMutablePointer<Value>.allocate(capacity: capacity + 1)
        defer { values.deallocate() }
        var ranges: [ValueRange<Value>] = []
        let encoding = pageEncoding
        for span in spans {
            let page = UnsafeBufferPointer(start: values, count: try data.values.fill(span.slots, into: values))
            let range = Value.range(of: page)
            ranges.append(range)
            if var made = filter {
                filter = nil
                insert(page, into: &made)
                filter = made
            }
            try writer.writePage(span, encoding, valueCount: page.count, bounds: PageBounds(range, width: leaf.width)) { store in
                append(page, as: encoding, to: &store)
            }
        }
        return ranges
    }

    private var pageEncoding: PageEncoding {
        switch leaf.encoding {
        case .delta: .deltaBinaryPacked
        case .streamSplit: .byteStreamSplit
        default: .plain
        }
    }

    private func append(_ values: UnsafeBufferPointer<Value>, as encoding: PageEncoding, to store: inout ByteStore) {
        switch encoding {
        case .deltaBinaryPacked: Value.appendDelta(values, to: &store)
        case .byteStreamSplit:
            var plain = ByteStore(capacity: values.count * leaf.width)
            Value.appendPlain(values, width: leaf.width, to: &plain)
            StreamSplitEncoder.append(plain.bytes, width: leaf.width, to: &store)
        default: Value.appendPlain(values, width: leaf.width, to: &store)
        }
    }

    /// Filters hash values as PLAIN stores them.
    private func insert(_ values: UnsafeBufferPointer<Value>, into filter: inout BloomFilterBuilder) {
        var plain = ByteStore(capacity: values.count * leaf.width)
        Value.appendPlain(values, width: leaf.width, to: &plain)
        for index in 0..<values.count {
            let start = index * leaf.width
            filter.insert(XXHash64.hash(UnsafeRawBufferPointer(rebasing: plain.bytes[start..<start + leaf.width])))
        }
    }
}
