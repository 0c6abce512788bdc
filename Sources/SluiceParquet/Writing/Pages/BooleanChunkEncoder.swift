import SluiceCore

/// Writes a column chunk of booleans: packed bits in version 1 pages, runs in version 2 pages or where asked for.
struct BooleanChunkEncoder {
    let leaf: WriterLeaf
    let data: LeafData
    let options: ParquetWriterOptions

    func encode(after bytes: consuming [UInt8]) throws(SluiceError) -> (chunk: EncodedChunk, bytes: [UInt8]) {
        var writer = ChunkWriter(leaf, data, options, after: bytes)
        let usesRuns = leaf.encoding == .runLength || leaf.encoding == nil && options.pageVersion == .two
        var ranges: [(hasFalse: Bool, hasTrue: Bool)] = []
        for span in data.pages(leaf, rows: options.pageRows, bytes: options.pageBytes, slot: .fixed(1)) {
            var words = [UInt64](repeating: 0, count: span.slots.count / 64 + 2)
            let count = words.withUnsafeMutableBufferPointer { collect(span.slots, into: $0) }
            let trues = words.reduce(0) { $0 + $1.nonzeroBitCount }
            ranges.append((trues < count, trues > 0))
            try writer.writePage(
                span, usesRuns ? .rle : .plain, valueCount: count, bounds: Self.bounds(hasFalse: trues < count, hasTrue: trues > 0)
            ) { store in
                words.withUnsafeBufferPointer { Self.append($0, count: count, usesRuns: usesRuns, to: &store) }
            }
        }
        let known = ranges.filter { $0.hasFalse || $0.hasTrue }.map { (least: $0.hasFalse ? 0 : 1, most: $0.hasTrue ? 1 : 0) }
        let whole = Self.bounds(hasFalse: ranges.contains { $0.hasFalse }, hasTrue: ranges.contains { $0.hasTrue })
        return writer.finish(whole, order: ChunkStatistics.order(known, <), filter: nil)
    }

    private static func bounds(hasFalse: Bool, hasTrue: Bool) -> PageBounds {
        guard hasFalse || hasTrue else { return .noValues }
        return .known(
            least: PageBounds.Bound(bytes: [hasFalse ? 0 : 1], isExact: true),
            most: PageBounds.Bound(bytes: [hasTrue ? 1 : 0], isExact: true))
    }

    private static func append(_ words: UnsafeBufferPointer<UInt64>, count: Int, usesRuns: Bool, to store: inout ByteStore) {
        guard usesRuns else {
            return store.append(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(words)[..<((count + 7) / 8)]))
        }
        let place = store.count
        store.append(littleEndian: UInt32(0))
        HybridEncoder.append(bits: words, count: count, to: &store)
        store.replace(littleEndian: UInt32(store.count - place - 4), at: place)
    }

    /// Collects the values that are not null; returns how many.
    private func collect(_ slots: Range<Int>, into words: UnsafeMutableBufferPointer<UInt64>) -> Int {
        var count = 0
        for (column, rows) in data.values.rows(of: slots) {
            guard case .boolean(let bits) = column.storage else { continue }
            guard let validity = column.validity else {
                BitCopy.append(bits, rows, to: words, at: count)
                count += rows.count
                continue
            }
            for row in rows where validity[row] {
                if bits[row] { words[count >> 6] |= 1 &<< UInt64(count & 63) }
                count += 1
            }
        }
        return count
    }
}
