import SluiceCore

/// Decodes integers that are stored as packed differences.
///
/// Source: parquet-format, Encodings.md, "Delta Encoding (DELTA_BINARY_PACKED = 5)". Sums wrap around, as the specification wants it.
struct DeltaDecoder {
    private var rest: PageBytes
    private let miniblockValues: Int
    private let miniblocks: Int
    /// Values still to come, with the first one.
    private(set) var left: Int
    private var isAtFirst = true
    private var value: Int64
    private var minimumDelta: Int64 = 0
    /// Widths of the block's miniblocks, one byte each, and which comes next.
    private var widths: PageBytes
    private var nextMiniblock: Int
    /// The miniblock at hand.
    private var packed: UnsafeRawPointer
    private var bit = 0
    private var width = 0
    private var miniblockLeft = 0

    /// - Throws: `corruptFile` for a header that cannot be.
    init(_ bytes: PageBytes) throws(SluiceError) {
        rest = bytes
        guard let blockValues = rest.takeVarint(), let miniblocks = rest.takeVarint(), let count = rest.takeVarint(),
            let first = rest.takeSigned()
        else { throw PageError.damaged("the head of delta values is cut") }
        guard blockValues <= ParquetLimits.deltaBlockValues, miniblocks > 0, miniblocks <= blockValues, blockValues % miniblocks == 0,
            blockValues / miniblocks % 8 == 0, count <= UInt64(Int32.max)
        else { throw PageError.damaged("delta values in blocks of \(blockValues) with \(miniblocks) parts") }
        miniblockValues = Int(blockValues / miniblocks)
        self.miniblocks = Int(miniblocks)
        left = Int(count)
        value = first
        widths = bytes
        nextMiniblock = self.miniblocks
        packed = bytes.base
    }

    /// What follows the values.
    ///
    /// - Throws: `corruptFile` when the values are cut.
    func end() throws(SluiceError) -> PageBytes {
        var scan = self
        if scan.isAtFirst, scan.left > 0 {
            scan.left -= 1
            scan.isAtFirst = false
        }
        while scan.left > 0 {
            if scan.miniblockLeft == 0 { try scan.startMiniblock() }
            scan.left -= min(scan.miniblockLeft, scan.left)
            scan.miniblockLeft = 0
        }
        return scan.rest
    }

    private mutating func startMiniblock() throws(SluiceError) {
        if nextMiniblock == miniblocks {
            guard let minimum = rest.takeSigned(), let widths = rest.take(miniblocks) else {
                throw PageError.damaged("delta values are cut")
            }
            minimumDelta = minimum
            self.widths = widths
            nextMiniblock = 0
        }
        width = Int(widths.byte(nextMiniblock))
        nextMiniblock += 1
        guard width <= 64 else { throw PageError.damaged("differences of \(width) bits") }
        // The last one may be cut off behind its last value.
        let needed = (min(miniblockValues, left) * width + 7) / 8
        guard needed <= rest.count, let bytes = rest.take(min(miniblockValues * width / 8, rest.count)) else {
            throw PageError.damaged("delta values are cut")
        }
        packed = bytes.base
        bit = 0
        miniblockLeft = miniblockValues
    }

    /// The next `count` values, cut to the width of `Number`.
    ///
    /// - Throws: `corruptFile` when there are fewer.
    @inline(__always)
    mutating func read<Number: FixedWidthInteger & BitwiseCopyable>(
        into target: UnsafeMutablePointer<Number>, count: Int
    ) throws(SluiceError) {
        guard count <= left else { throw PageError.damaged("there are fewer delta values than values") }
        var done = 0
        if isAtFirst, count > 0 {
            target[0] = Number(truncatingIfNeeded: value)
            isAtFirst = false
            left -= 1
            done = 1
        }
        while done < count {
            if miniblockLeft == 0 { try startMiniblock() }
            let run = min(miniblockLeft, count - done)
            var current = value
            let minimum = minimumDelta
            if width == 0 {
                for index in done..<(done + run) {
                    current &+= minimum
                    target[index] = Number(truncatingIfNeeded: current)
                }
            } else if width <= 56 {
                let mask: UInt64 = (1 &<< UInt64(truncatingIfNeeded: width)) &- 1
                for index in done..<(done + run) {
                    current &+= minimum &+ Int64(bitPattern: BitUnpacking.load(packed, bit) & mask)
                    bit &+= width
                    target[index] = Number(truncatingIfNeeded: current)
                }
            } else {
                for index in done..<(done + run) {
                    current &+= minimum &+ Int64(bitPattern: BitUnpacking.loadWide(packed, bit, width: width))
                    bit &+= width
                    target[index] = Number(truncatingIfNeeded: current)
                }
            }
            value = current
            miniblockLeft -= run
            left -= run
            done += run
        }
    }

    /// Passes over `count` values, which must be summed up all the same.
    mutating func skip(_ count: Int) throws(SluiceError) {
        var rest = count
        try withTypedTemporary(of: Int64.self, capacity: min(count, 1_024)) { scratch throws(SluiceError) in
            while rest > 0 {
                let run = min(rest, 1_024)
                try read(into: scratch, count: run)
                rest -= run
            }
        }
    }
}

/// Memory for the time of a call. `withUnsafeTemporaryAllocation` has no typed throws.
@inline(__always)
func withTypedTemporary<Element: BitwiseCopyable>(
    of type: Element.Type, capacity: Int, _ body: (UnsafeMutablePointer<Element>) throws(SluiceError) -> Void
) throws(SluiceError) {
    let memory = UnsafeMutablePointer<Element>.allocate(capacity: max(capacity, 1))
    defer { memory.deallocate() }
    try body(memory)
}
