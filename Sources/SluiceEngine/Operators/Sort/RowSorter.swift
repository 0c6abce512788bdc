import SluiceCore

/// Sorts row numbers by their words: by radix where there are many, level by level where words are equal. Equal rows keep their order.
struct RowSorter {
    private struct Entry: BitwiseCopyable {
        var word: UInt64
        var row: UInt32
    }

    private static let radixRows = 192

    private let words: SortWords
    private var entries: [Entry] = []
    private var spare: [Entry] = []

    private init(_ words: SortWords) { self.words = words }

    /// The numbers of all rows, in order.
    static func order(_ words: SortWords, rowCount: Int) -> [Int32] {
        var sorter = RowSorter(words)
        var rows = (0..<UInt32(rowCount)).map { $0 }
        var open: [(range: Range<Int>, level: SortWords.Level)] = rowCount > 1 ? [(0..<rowCount, .first)] : []
        while let (range, level) = open.popLast() {
            sorter.sort(&rows, range, level, &open)
        }
        return rows.map { Int32(bitPattern: $0) }
    }

    /// Sorts a range by one level, and opens the ranges of equal words for the next.
    private mutating func sort(
        _ rows: inout [UInt32], _ range: Range<Int>, _ level: SortWords.Level, _ open: inout [(range: Range<Int>, level: SortWords.Level)]
    ) {
        let longest = words.longest(level, rows[range].lazy.map { Int($0) })
        let next = words.next(after: level, longest: longest)
        if words.isEmpty(level) {
            if let next { open.append((range, next)) }
            return
        }
        load(rows, range, level)
        let isSorted = (1..<entries.count).allSatisfy { entries[$0 - 1].word <= entries[$0].word }
        if !isSorted {
            if entries.count < Self.radixRows { insertionOrMergeSort() } else { radixSort() }
            for index in entries.indices { rows[range.lowerBound + index] = entries[index].row }
        }
        guard let next else { return }
        var start = 0
        for index in 1...entries.count where index == entries.count || entries[index].word != entries[start].word {
            if index - start > 1 { open.append((range.lowerBound + start..<range.lowerBound + index, next)) }
            start = index
        }
    }

    private mutating func load(_ rows: [UInt32], _ range: Range<Int>, _ level: SortWords.Level) {
        entries.removeAll(keepingCapacity: true)
        entries.reserveCapacity(range.count)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: range.count) { filled in
            rows.withUnsafeBufferPointer { rows in
                let some = UnsafeBufferPointer(rebasing: rows[range])
                words.fill(level, some, into: filled.baseAddress!)
                for index in 0..<some.count { entries.append(Entry(word: filled[index], row: some[index])) }
            }
        }
    }

    private mutating func insertionOrMergeSort() {
        // Few entries: the standard library's sort is stable, though that is not promised; the place in the range settles it.
        let order = entries.indices.sorted { a, b in entries[a].word == entries[b].word ? a < b : entries[a].word < entries[b].word }
        entries = order.map { entries[$0] }
    }

    /// Least significant byte first; bytes that are the same everywhere are left out.
    private mutating func radixSort() {
        let count = entries.count
        var counts = [Int](repeating: 0, count: 8 * 256)
        counts.withUnsafeMutableBufferPointer { counts in
            for entry in entries {
                for byte in 0..<8 { counts[byte &* 256 &+ Int(truncatingIfNeeded: entry.word &>> UInt64(byte &* 8)) & 0xFF] &+= 1 }
            }
        }
        if spare.count < count { spare = [Entry](repeating: Entry(word: 0, row: 0), count: count) }
        for byte in 0..<8 {
            let shift = UInt64(byte * 8)
            let first = Int(truncatingIfNeeded: entries[0].word &>> shift) & 0xFF
            if counts[byte * 256 + first] == count { continue }
            var starts = [Int](repeating: 0, count: 256)
            for digit in 1..<256 { starts[digit] = starts[digit - 1] + counts[byte * 256 + digit - 1] }
            entries.withUnsafeBufferPointer { source in
                spare.withUnsafeMutableBufferPointer { target in
                    starts.withUnsafeMutableBufferPointer { starts in
                        for index in 0..<count {
                            let entry = source[index]
                            let digit = Int(truncatingIfNeeded: entry.word &>> shift) & 0xFF
                            target[starts[digit]] = entry
                            starts[digit] &+= 1
                        }
                    }
                }
            }
            if spare.count > count { spare.removeLast(spare.count - count) }
            swap(&entries, &spare)
        }
    }
}
