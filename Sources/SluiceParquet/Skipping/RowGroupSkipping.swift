import SluiceCore

/// Decides from indexes and statistics which rows of a row group can fulfil a condition's bounds.
struct RowGroupSkipping {
    private let file: ParquetFile
    private let rowGroup: Int

    init(_ file: ParquetFile, rowGroup: Int) {
        self.file = file
        self.rowGroup = rowGroup
    }

    private var rowCount: Int64 { file.metadata.rowGroups[rowGroup].rowCount }

    /// Whether the row group can have a row that fulfils all bounds, by its statistics and bloom filters.
    ///
    /// - Throws: what reading throws.
    func mayHaveRows(_ bounds: [ColumnBound]) throws(SluiceError) -> Bool {
        for bound in bounds {
            guard let leaf = flatLeaf(bound.column), let (_, metadata) = try? file.chunk(leaf, rowGroup: rowGroup) else { continue }
            let order = file.metadata.columnOrders.flatMap { $0.count > leaf.index ? $0[leaf.index] : nil }
            let values = ValueBounds(leaf, metadata.statistics, valueCount: metadata.valueCount, order: order)
            guard values.mayFulfil(bound.relation) else { return false }
            if case .isIn(let constants) = bound.relation, try !mayHave(constants, leaf, metadata) { return false }
        }
        return true
    }

    /// The leaf of a column that is not nested.
    private func flatLeaf(_ name: String) -> ParquetLeaf? {
        guard let index = file.schema.index(of: name), case .leaf(let leaf) = file.tree.columns[index].content else { return nil }
        return file.tree.leaves[leaf]
    }

    private func mayHave(_ constants: [Value], _ leaf: ParquetLeaf, _ metadata: ColumnMetaData) throws(SluiceError) -> Bool {
        guard constants.count <= ParquetLimits.bloomProbes, let filter = try BloomFilter(file.bytes, metadata, dataEnd: file.dataEnd) else {
            return true
        }
        for constant in constants {
            if constant.isNull { continue }
            guard let hashes = leaf.bloomHashes(constant) else { return true }
            for hash in hashes where try filter.mayHave(hash) { return true }
        }
        return false
    }

    /// The rows of the pages that can fulfil all bounds, by the page indexes; all rows where there are none.
    ///
    /// - Throws: what reading throws. An index that contradicts itself or the row group is not used.
    func rowRanges(_ bounds: [ColumnBound]) throws(SluiceError) -> [Range<Int64>] {
        var ranges = RowRanges(all: rowCount)
        for bound in bounds {
            guard let leaf = flatLeaf(bound.column), let (chunk, _) = try? file.chunk(leaf, rowGroup: rowGroup),
                let pages = try offsetIndex(leaf)?.pages,
                let index = try file.index(ColumnIndex.self, at: chunk.columnIndexOffset, length: chunk.columnIndexLength),
                index.isConsistent(pages: pages.count)
            else { continue }
            let order = file.metadata.columnOrders.flatMap { $0.count > leaf.index ? $0[leaf.index] : nil }
            guard order == .typeDefined || order == .ieee754Total && leaf.mayHaveNaN else { continue }
            var kept: [Range<Int64>] = []
            for page in pages.indices where ValueBounds(leaf, page: page, index).mayFulfil(bound.relation) {
                kept.append(pages[page].firstRow..<(page + 1 < pages.count ? pages[page + 1].firstRow : rowCount))
            }
            ranges.intersect(kept)
        }
        return ranges.ranges
    }

    /// Where the pages of a leaf are; nil if the file does not say so in a way that can be true.
    func offsetIndex(_ leaf: ParquetLeaf) throws(SluiceError) -> OffsetIndex? {
        guard let (chunk, _) = try? file.chunk(leaf, rowGroup: rowGroup),
            let index = try file.index(OffsetIndex.self, at: chunk.offsetIndexOffset, length: chunk.offsetIndexLength),
            index.isConsistent(rowCount: rowCount)
        else { return nil }
        return index
    }
}

extension ParquetFile {
    /// An index that stands alone in the file; nil if there is none or it is damaged.
    fileprivate func index<Index: ThriftStruct>(
        _ type: Index.Type, at offset: Int64?, length: Int32?
    ) throws(SluiceError) -> Index? {
        guard let offset, let length, offset >= 0, length > 0, length <= ParquetLimits.pageIndexBytes, offset <= dataEnd,
            Int64(length) <= dataEnd - offset
        else { return nil }
        return try? Index(serialized: try bytes.bytes(at: offset, count: Int(length)))
    }
}

extension OffsetIndex {
    /// Whether pages begin at ascending rows of the row group and at ascending places.
    fileprivate func isConsistent(rowCount: Int64) -> Bool {
        guard let first = pages.first, first.firstRow == 0, let last = pages.last, last.firstRow < rowCount else { return false }
        return zip(pages, pages.dropFirst()).allSatisfy { $0.firstRow < $1.firstRow && $0.offset < $1.offset }
    }
}

extension ColumnIndex {
    fileprivate func isConsistent(pages: Int) -> Bool {
        nullPages.count == pages && minimums.count == pages && maximums.count == pages
            && (nullCounts == nil || nullCounts?.count == pages)
    }
}

/// Rows of a row group: ranges that ascend and do not touch.
struct RowRanges {
    private(set) var ranges: [Range<Int64>]

    init(all count: Int64) { ranges = count > 0 ? [0..<count] : [] }

    /// Keeps the rows that are also in `others`, which ascend.
    mutating func intersect(_ others: [Range<Int64>]) {
        var result: [Range<Int64>] = []
        var (left, right) = (0, 0)
        while left < ranges.count, right < others.count {
            let common = ranges[left].clamped(to: others[right])
            if !common.isEmpty {
                if let last = result.last, last.upperBound == common.lowerBound {
                    result[result.count - 1] = last.lowerBound..<common.upperBound
                } else {
                    result.append(common)
                }
            }
            if ranges[left].upperBound < others[right].upperBound { left += 1 } else { right += 1 }
        }
        ranges = result
    }
}
