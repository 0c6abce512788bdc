import SluiceCore

/// Appends the levels of a page.
struct LevelWriter {
    let leaf: WriterLeaf
    let data: LeafData

    /// Repetition levels of a page; nothing where no list is on the way.
    func appendRepetition(_ span: PageSpan, to store: inout ByteStore) {
        guard case .nested(_, let repetition) = data.levels, leaf.repetitionLevel > 0 else { return }
        append(repetition, span.entries, maximum: leaf.repetitionLevel, to: &store)
    }

    /// Definition levels of a page; nothing where all values on the way are required.
    func appendDefinition(_ span: PageSpan, to store: inout ByteStore) {
        switch data.levels {
        case .none: return
        case .validity: appendValidity(span.slots, to: &store)
        case .nested(let definition, _):
            if leaf.definitionLevel > 0 { append(definition, span.entries, maximum: leaf.definitionLevel, to: &store) }
        }
    }

    private func append(_ levels: [UInt8], _ entries: Range<Int>, maximum: Int, to store: inout ByteStore) {
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: entries.count) { codes in
            levels.withUnsafeBufferPointer { levels in
                for index in 0..<entries.count { codes[index] = UInt16(levels[entries.lowerBound + index]) }
            }
            HybridEncoder.append(UnsafeBufferPointer(codes), width: CodePacking.width(for: maximum), to: &store)
        }
    }

    /// The validity bitmap is the packed form of definition levels already.
    private func appendValidity(_ slots: Range<Int>, to store: inout ByteStore) {
        let parts = data.values.rows(of: slots)
        guard parts.contains(where: { $0.column.validity != nil || $0.column.type == .null }) else {
            return HybridEncoder.appendRun(1, count: slots.count, width: 1, to: &store)
        }
        let wordCount = slots.count / 64 + 2
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: wordCount) { words in
            words.initialize(repeating: 0)
            var filled = 0
            for (column, rows) in parts {
                BitCopy.append(column.type == .null ? column.explicitValidity : column.validity, rows, to: words, at: filled)
                filled += rows.count
            }
            HybridEncoder.append(bits: UnsafeBufferPointer(words), count: filled, to: &store)
        }
    }
}

/// Copies ranges of bits a word at a time.
enum BitCopy {
    /// Sets the bits from `position` on to those of `bits` in `range`, or to 1 where there is no bitmap.
    ///
    /// - Parameter words: 0 from `position` on, with a word to spare behind the last bit.
    static func append(_ bits: Bitmap?, _ range: Range<Int>, to words: UnsafeMutableBufferPointer<UInt64>, at position: Int) {
        guard let bits else {
            return put(range.count, to: words, at: position) { _ in .max }
        }
        bits.words.withUnsafeBufferPointer { source in
            put(range.count, to: words, at: position) { offset in
                let bit = range.lowerBound + offset
                let shift = UInt64(bit & 63)
                let low = source[bit >> 6] &>> shift
                if shift == 0 || bit >> 6 + 1 >= source.count { return low }
                return low | source[(bit >> 6) + 1] &<< (64 &- shift)
            }
        }
    }

    /// Writes `count` bits that come by 64 from `word(offset)`.
    @inline(__always) private static func put(
        _ count: Int, to words: UnsafeMutableBufferPointer<UInt64>, at position: Int, _ word: (Int) -> UInt64
    ) {
        var offset = 0
        while offset < count {
            let taken = min(64, count - offset)
            let mask: UInt64 = taken == 64 ? .max : (1 &<< UInt64(taken)) &- 1
            let value = word(offset) & mask
            let target = position + offset
            let shift = UInt64(target & 63)
            words[target >> 6] |= value &<< shift
            if shift > 0 { words[(target >> 6) + 1] |= value &>> (64 &- shift) }
            offset += taken
        }
    }
}
