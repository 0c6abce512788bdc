import SluiceCore

/// A leaf whose column has values of a fixed width.
final class FixedLeaf<Decoder: ValueDecoder>: LeafReader {
    typealias Element = Decoder.Element

    var pages: LeafPages
    var shape: LeafShape
    private(set) var misfits = Misfits()

    private let type: DataType
    private let storage: ([Element]) -> Column.Storage
    private var decoder: Decoder
    private var dictionary: [Element]?
    /// Entries of the dictionary that do not fit.
    private var dictionaryMisfits: [Int32: RowError] = [:]
    /// The codes of the page at hand, if it refers to the dictionary.
    private var codes: HybridDecoder?
    private let codeBlock = Scratch<Int32>()
    private let values = Scratch<Element>()
    private var count = 0

    private static var blockValues: Int { 1_024 }

    init(_ pages: LeafPages, _ decoder: Decoder, type: DataType, _ storage: @escaping ([Element]) -> Column.Storage) {
        self.pages = pages
        shape = LeafShape(pages.leaf)
        self.decoder = decoder
        self.type = type
        self.storage = storage
    }

    func startDictionary(_ bytes: PageBytes, count: Int) throws(SluiceError) {
        // Values of a fixed width take bytes, which bounds the count before memory is taken for it.
        guard count <= bytes.count else { throw PageError.damaged("a dictionary of \(count) values has \(bytes.count) bytes") }
        var found = Misfits()
        var failure: SluiceError?
        try decoder.start(bytes, encoding: .plain)
        dictionary = [Element](unsafeUninitializedCapacity: count) { target, initialized in
            guard let base = target.baseAddress else { return }
            do throws(SluiceError) {
                try decoder.read(into: base, count: count, misfits: &found)
                initialized = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        for (position, error) in found.found { dictionaryMisfits[Int32(truncatingIfNeeded: position)] = error }
    }

    func startPage() throws(SluiceError) {
        codes = try pages.dictionaryCodes(hasDictionary: dictionary != nil)
        if codes == nil { try decoder.start(pages.values, encoding: pages.encoding) }
    }

    func beginBatch(slots: Int) {
        misfits = Misfits()
        count = 0
        _ = values.room(slots)
    }

    func decode(_ run: LeafShape.Run) throws(SluiceError) {
        let target = values.grown(to: count + run.slots, keeping: count) + count
        var found = Misfits()
        if codes != nil {
            try decodeCodes(into: target, count: run.defined, misfits: &found)
        } else {
            try decoder.read(into: target, count: run.defined, misfits: &found)
        }
        if run.defined < run.slots { Spreading.spread(target, run, shape.validityBits, from: count) }
        if !found.isEmpty { addMisfits(found, run) }
        count += run.slots
    }

    private func decodeCodes(into target: UnsafeMutablePointer<Element>, count: Int, misfits found: inout Misfits) throws(SluiceError) {
        guard var decoder = codes, let dictionary else { return }
        let block = codeBlock.room(Self.blockValues)
        var done = 0
        while done < count {
            let run = min(count - done, Self.blockValues)
            try decoder.read(into: block, count: run)
            try Codes.check(block, run, below: dictionary.count)
            dictionary.withUnsafeBufferPointer { entries in
                for index in 0..<run { target[done &+ index] = entries[Int(truncatingIfNeeded: block[index])] }
            }
            if !dictionaryMisfits.isEmpty {
                for index in 0..<run {
                    if let error = dictionaryMisfits[block[index]] { found.add(done + index, error) }
                }
            }
            done += run
        }
        codes = decoder
    }

    /// Brings positions among the values that are there to slots.
    private func addMisfits(_ found: Misfits, _ run: LeafShape.Run) {
        var slots: [Int] = []
        for slot in count..<(count + run.slots)
        where run.defined == run.slots || shape.validityBits[slot >> 6] >> UInt64(slot & 63) & 1 == 1 { slots.append(slot) }
        for (position, error) in found.found { misfits.add(slots[position], error) }
    }

    func skipValues(_ count: Int) throws(SluiceError) {
        if codes != nil { try codes?.skip(count) } else { try decoder.skip(count) }
    }

    func finishBatch() throws(SluiceError) -> Column {
        let taken = [Element](UnsafeBufferPointer(start: values.base, count: count))
        return Column(type, storage(taken), validity: shape.validity)
    }
}

extension LeafPages {
    /// The codes of the page at hand; nil if its values are not from the dictionary.
    ///
    /// - Throws: `corruptFile` when there is no dictionary.
    func dictionaryCodes(hasDictionary: Bool) throws(SluiceError) -> HybridDecoder? {
        guard encoding == .rleDictionary || encoding == .plainDictionary else { return nil }
        guard hasDictionary else { throw PageError.damaged("it refers to a dictionary that is not there") }
        var bytes = values
        // A page of nulls may have no byte of values, not even the width.
        guard let width = bytes.take(1) else { return try HybridDecoder(bytes, width: 0) }
        return try HybridDecoder(bytes, width: Int(width.byte(0)))
    }
}

enum Codes {
    /// - Throws: `corruptFile` when a code has no entry.
    @inline(__always)
    static func check(_ codes: UnsafePointer<Int32>, _ count: Int, below limit: Int) throws(SluiceError) {
        var largest: UInt32 = 0
        for index in 0..<count { largest = max(largest, UInt32(bitPattern: codes[index])) }
        guard count == 0 || Int(largest) < limit else { throw PageError.damaged("code \(largest) in a dictionary of \(limit) values") }
    }
}

enum Spreading {
    /// Moves the values at the front of `target` to the slots that have one; other slots get some value. Bit `start` of `bits` is the first slot's.
    @inline(__always)
    static func spread<Element: BitwiseCopyable>(
        _ target: UnsafeMutablePointer<Element>, _ run: LeafShape.Run, _ bits: UnsafePointer<UInt64>, from start: Int
    ) {
        guard run.defined > 0 else {
            UnsafeMutableRawPointer(target).initializeMemory(as: UInt8.self, repeating: 0, count: run.slots * MemoryLayout<Element>.stride)
            return
        }
        // From the back, so that no value is overwritten before it is moved. Slots before the first value get that one.
        var source = run.defined &- 1
        var slot = run.slots &- 1
        while slot > source {
            target[slot] = target[source]
            let position = start &+ slot
            let bit = Int(truncatingIfNeeded: bits[position &>> 6] &>> UInt64(truncatingIfNeeded: position & 63) & 1)
            source = max(source &- bit, 0)
            slot &-= 1
        }
    }
}
