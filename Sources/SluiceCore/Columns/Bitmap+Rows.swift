extension Bitmap {
    /// Positions of the set bits, ascending: a selection for `Column.gather`.
    public var setPositions: [Int32] {
        let total = setCount
        return [Int32](unsafeUninitializedCapacity: total) { target, initialized in
            var next = 0
            for (index, word) in words.enumerated() {
                var base = Int32(truncatingIfNeeded: index &<< 6)
                if word == .max {
                    for _ in 0..<64 {
                        target.initializeElement(at: next, to: base)
                        next &+= 1
                        base &+= 1
                    }
                    continue
                }
                var rest = word
                while rest != 0 {
                    target.initializeElement(at: next, to: base &+ Int32(truncatingIfNeeded: rest.trailingZeroBitCount))
                    next &+= 1
                    rest &= rest &- 1
                }
            }
            initialized = total
        }
    }

    /// How many runs of set bits there are.
    var runCount: Int {
        var total = 0
        var before: UInt64 = 0
        for word in words {
            // A run starts at each set bit behind a bit that is not set.
            total &+= (word & ~(word &<< 1 | before)).nonzeroBitCount
            before = word &>> 63
        }
        return total
    }

    /// The runs of set bits, ascending.
    var setRuns: [Range<Int>] {
        var runs: [Range<Int>] = []
        runs.reserveCapacity(runCount)
        var start = nextPosition(of: true, from: 0)
        while start < count {
            let end = nextPosition(of: false, from: start)
            runs.append(start..<end)
            start = nextPosition(of: true, from: end)
        }
        return runs
    }

    /// The first position at or after `start` with this bit; `count` where there is none.
    private func nextPosition(of bit: Bool, from start: Int) -> Int {
        var index = start &>> 6
        guard index < words.count else { return count }
        let flip: UInt64 = bit ? 0 : .max
        var word = (words[index] ^ flip) & (.max &<< UInt64(truncatingIfNeeded: start & 63))
        while word == 0 {
            index &+= 1
            if index == words.count { return count }
            word = words[index] ^ flip
        }
        return min(index &<< 6 &+ word.trailingZeroBitCount, count)
    }

    /// The bits at `positions`, in that order; a position may repeat.
    public func gather(_ positions: [Int32]) -> Bitmap {
        positions.withUnsafeBufferPointer {
            checkPositions($0, count)
            return gather(unchecked: $0)
        }
    }

    /// - Parameter positions: each below `count`.
    func gather(unchecked positions: UnsafeBufferPointer<Int32>) -> Bitmap {
        let total = positions.count
        let result = words.withUnsafeBufferPointer { words in
            [UInt64](unsafeUninitializedCapacity: (total + 63) / 64) { target, initialized in
                var row = 0
                for index in 0..<((total + 63) / 64) {
                    var word: UInt64 = 0
                    for shift in 0..<UInt64(min(64, total &- row)) {
                        let position = Int(positions[row])
                        word |= (words[position &>> 6] &>> UInt64(truncatingIfNeeded: position & 63) & 1) &<< shift
                        row &+= 1
                    }
                    target.initializeElement(at: index, to: word)
                }
                initialized = (total + 63) / 64
            }
        }
        return Bitmap(words: result, count: total)
    }

    /// A copy of a range of the bits, a word at a time.
    public func slice(_ range: Range<Int>) -> Bitmap {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "a slice goes beyond the bitmap")
        let (first, shift) = (range.lowerBound &>> 6, UInt64(truncatingIfNeeded: range.lowerBound & 63))
        let wanted = (range.count + 63) / 64
        if shift == 0 { return Bitmap(words: Array(words[first..<(first + wanted)]), count: range.count) }
        let result = words.withUnsafeBufferPointer { words in
            [UInt64](unsafeUninitializedCapacity: wanted) { target, initialized in
                for index in 0..<wanted {
                    let place = first &+ index
                    let high = place &+ 1 < words.count ? words[place &+ 1] : 0
                    target.initializeElement(at: index, to: words[place] &>> shift | high &<< (64 &- shift))
                }
                initialized = wanted
            }
        }
        return Bitmap(words: result, count: range.count)
    }

    /// The bits of some ranges after one another.
    func copied(_ runs: RowRuns) -> Bitmap {
        if runs.ranges.count == 1 { return slice(runs.ranges[0]) }
        var result = Bitmap()
        result.reserveCapacity(runs.count)
        for range in runs.ranges { result.append(contentsOf: slice(range)) }
        return result
    }
}

/// Ranges of rows to take, in order, and how many rows they have together.
struct RowRuns {
    let ranges: [Range<Int>]
    let count: Int

    init(_ ranges: [Range<Int>]) {
        self.ranges = ranges
        count = ranges.reduce(0) { $0 + $1.count }
    }
}

/// Stops the program where a position is not in `0 ..< count`, so that the loops behind need not look.
@inline(__always)
func checkPositions(_ positions: UnsafeBufferPointer<Int32>, _ count: Int) {
    var highest: UInt32 = 0
    for position in positions { highest = max(highest, UInt32(bitPattern: position)) }
    precondition(positions.isEmpty || Int(highest) < count, "a position is outside the column")
}
