import SluiceCore

/// What one page holds of a leaf's row group: whole rows, their entries in the level streams, and the slots of their values.
///
/// In flat columns the three are the same.
struct PageSpan {
    var rows: Range<Int>
    var entries: Range<Int>
    var slots: Range<Int>
}

/// Bytes that slots take in a page.
enum SlotSize {
    case fixed(Int)
    /// As long as the text and four bytes.
    case varying
}

extension LeafData {
    /// Divides the row group into pages of at most `rows` rows and about `bytes` bytes; a larger row has a page of its own.
    func pages(_ leaf: WriterLeaf, rows: Int, bytes: Int, slot: SlotSize) -> [PageSpan] {
        if case .nested(let definition, let repetition) = levels {
            return nestedPages(definition, repetition, present: UInt8(leaf.definitionLevel), rows: rows, bytes: bytes, slot: slot)
        }
        if case .fixed(let width) = slot {
            let step = max(1, min(rows, bytes / max(1, width)))
            return stride(from: 0, to: rowCount, by: step).map { start in
                let span = start..<min(start + step, rowCount)
                return PageSpan(rows: span, entries: span, slots: span)
            }
        }
        let sizes = values.slotSizes
        var spans: [PageSpan] = []
        var start = 0
        var size = 0
        for row in 0..<rowCount {
            if row > start, row - start >= rows || size + Int(sizes[row]) > bytes {
                spans.append(PageSpan(rows: start..<row, entries: start..<row, slots: start..<row))
                start = row
                size = 0
            }
            size += Int(sizes[row])
        }
        if start < rowCount { spans.append(PageSpan(rows: start..<rowCount, entries: start..<rowCount, slots: start..<rowCount)) }
        return spans
    }

    private func nestedPages(
        _ definition: [UInt8], _ repetition: [UInt8], present: UInt8, rows: Int, bytes: Int, slot: SlotSize
    ) -> [PageSpan] {
        var sizes: [Int32] = []
        var width = 0
        switch slot {
        case .fixed(let bytes): width = bytes
        case .varying: sizes = values.slotSizes
        }
        var spans: [PageSpan] = []
        var first = (row: 0, entry: 0, slot: 0)
        var next = (row: 0, entry: 0, slot: 0)
        var size = 0
        while next.entry < definition.count {
            // One row: up to the next entry that repeats nothing.
            var end = next.entry
            var slots = 0
            repeat {
                if definition[end] == present { slots += 1 }
                end += 1
            } while end < repetition.count && repetition[end] != 0
            var rowSize = slots * width
            if case .varying = slot { for index in next.slot..<next.slot + slots { rowSize += Int(sizes[index]) } }
            rowSize += (end - next.entry) / 8
            if next.row > first.row, next.row - first.row >= rows || size + rowSize > bytes {
                spans.append(PageSpan(rows: first.row..<next.row, entries: first.entry..<next.entry, slots: first.slot..<next.slot))
                first = next
                size = 0
            }
            size += rowSize
            next = (next.row + 1, end, next.slot + slots)
        }
        if next.row > first.row {
            spans.append(PageSpan(rows: first.row..<next.row, entries: first.entry..<next.entry, slots: first.slot..<next.slot))
        }
        return spans
    }
}

extension LeafValues {
    /// Bytes that each text takes in a page; those of nulls count as they lie in the buffer.
    var slotSizes: [Int32] {
        var sizes: [Int32] = []
        sizes.reserveCapacity(slotCount)
        for part in parts {
            switch part.storage {
            case .bytes(let rows): for row in 0..<rows.count { sizes.append(Int32(clamping: rows.length(row) + 4)) }
            case .dictionary(let codes, let values): for code in codes { sizes.append(Int32(clamping: values.length(Int(code)) + 4)) }
            default: sizes.append(contentsOf: repeatElement(0, count: part.count))
            }
        }
        return sizes
    }
}
