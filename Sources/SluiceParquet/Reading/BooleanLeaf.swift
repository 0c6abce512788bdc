import SluiceCore

/// A leaf of booleans, which are stored as bits or in runs.
final class BooleanLeaf: LeafReader {
    private enum Source {
        case plain(PageBytes, bit: Int)
        case runs(HybridDecoder)
    }

    var pages: LeafPages
    var shape: LeafShape
    let misfits = Misfits()

    private var source = Source.plain(.empty, bit: 0)
    private let words = Scratch<UInt64>()
    private let dense = Scratch<UInt64>()
    private var count = 0

    init(_ pages: LeafPages) {
        self.pages = pages
        shape = LeafShape(pages.leaf)
    }

    func startDictionary(_ bytes: PageBytes, count: Int) throws(SluiceError) {}

    func startPage() throws(SluiceError) {
        switch pages.encoding {
        case .plain: source = .plain(pages.values, bit: 0)
        case .rle:
            var bytes = pages.values
            guard let length = bytes.takeLength(), let runs = bytes.take(length) else { throw PageError.damaged("its values are cut") }
            source = .runs(try HybridDecoder(runs, width: 1))
        default: throw PageError.unsupported(pages.encoding, "boolean")
        }
    }

    func beginBatch(slots: Int) { count = 0 }

    func decode(_ run: LeafShape.Run) throws(SluiceError) {
        let target = words.grown(to: (count + run.slots + 63) / 64, keeping: (count + 63) / 64)
        // Words that no slot has used yet are cleared.
        for word in ((count + 63) / 64)..<max((count + run.slots + 63) / 64, (count + 63) / 64) { target[word] = 0 }
        if run.defined == run.slots {
            try read(into: target, from: count, count: run.slots)
        } else {
            let denseWords = dense.room((run.defined + 63) / 64)
            denseWords.update(repeating: 0, count: (run.defined + 63) / 64)
            try read(into: denseWords, from: 0, count: run.defined)
            var next = 0
            for slot in count..<(count + run.slots) where shape.validityBits[slot >> 6] >> UInt64(slot & 63) & 1 == 1 {
                target[slot >> 6] |= (denseWords[next >> 6] >> UInt64(next & 63) & 1) << UInt64(slot & 63)
                next += 1
            }
        }
        count += run.slots
    }

    private func read(into target: UnsafeMutablePointer<UInt64>, from start: Int, count: Int) throws(SluiceError) {
        switch source {
        case .plain(let bytes, let bit):
            guard bit + count <= bytes.count * 8 else { throw PageError.damaged("it has fewer values than it should") }
            _ = Bits.copy(bytes.base, from: bit, to: target, at: start, count: count)
            source = .plain(bytes, bit: bit + count)
        case .runs(var decoder):
            _ = try decoder.readBits(into: target, from: start, count: count)
            source = .runs(decoder)
        }
    }

    func skipValues(_ count: Int) throws(SluiceError) {
        switch source {
        case .plain(let bytes, let bit):
            guard bit + count <= bytes.count * 8 else { throw PageError.damaged("it has fewer values than it should") }
            source = .plain(bytes, bit: bit + count)
        case .runs(var decoder):
            try decoder.skip(count)
            source = .runs(decoder)
        }
    }

    func finishBatch() throws(SluiceError) -> Column {
        let source = words.base
        let needed = (count + 63) / 64
        let taken = [UInt64](unsafeUninitializedCapacity: needed) { target, initialized in
            target.baseAddress?.update(from: source, count: needed)
            initialized = needed
        }
        return Column(.boolean, .boolean(Bitmap(words: taken, count: count)), validity: shape.validity)
    }
}

/// A leaf that is annotated as having nothing but nulls.
final class NullLeaf: LeafReader {
    var pages: LeafPages
    var shape: LeafShape
    let misfits = Misfits()

    init(_ pages: LeafPages) {
        self.pages = pages
        shape = LeafShape(pages.leaf)
    }

    func startDictionary(_ bytes: PageBytes, count: Int) throws(SluiceError) {}
    func startPage() throws(SluiceError) {}
    func beginBatch(slots: Int) {}

    func decode(_ run: LeafShape.Run) throws(SluiceError) {
        guard run.defined == 0 else { throw PageError.damaged("a column of nulls has values") }
    }

    func skipValues(_ count: Int) throws(SluiceError) { throw PageError.damaged("a column of nulls has values") }

    func finishBatch() throws(SluiceError) -> Column { Column(.null, .null(shape.slots)) }
}
