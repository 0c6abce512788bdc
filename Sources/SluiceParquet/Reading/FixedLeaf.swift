import SluiceCore

/// A leaf whose column has values of a fixed width.
final class FixedLeaf: LeafReader {
    /// Makes an array of values in memory the storage of a column.
    typealias MakeStorage = (_ base: UnsafeRawPointer, _ count: Int) -> Column.Storage

    var pages: LeafPages
    var shape: LeafShape
    private(set) var misfits = Misfits()

    private let type: DataType
    private let makeStorage: MakeStorage
    private var decoder: any ValueDecoder
    private let width: Int
    private let dictionary = RawScratch()
    /// Nil: there is none.
    private var dictionaryCount: Int?
    /// Entries of the dictionary that do not fit.
    private var dictionaryMisfits: [Int32: RowError] = [:]
    /// The codes of the page at hand, if it refers to the dictionary.
    private var codes: HybridDecoder?
    private let codeBlock = Scratch<Int32>()
    private let values = RawScratch()
    private var count = 0

    private static let blockValues = 1_024

    init(_ pages: LeafPages, _ decoder: any ValueDecoder, type: DataType, _ makeStorage: @escaping MakeStorage) {
        self.pages = pages
        shape = LeafShape(pages.leaf)
        self.decoder = decoder
        width = decoder.width
        self.type = type
        self.makeStorage = makeStorage
    }

    func startDictionary(_ bytes: PageBytes, count: Int) throws(SluiceError) {
        // Values of a fixed width take bytes, which bounds the count before memory is taken for it.
        try PageError.checkDictionary(count, bytes)
        var found = Misfits()
        try decoder.start(bytes, encoding: .plain)
        try decoder.read(into: dictionary.grown(to: count * width, keeping: 0), count: count, misfits: &found)
        dictionaryCount = count
        for (position, error) in found.found { dictionaryMisfits[Int32(truncatingIfNeeded: position)] = error }
    }

    var dictionaryColumn: Column? {
        guard let dictionaryCount, dictionaryMisfits.isEmpty else { return nil }
        return Column(type, makeStorage(dictionary.base, dictionaryCount))
    }

    func startPage() throws(SluiceError) {
        codes = try pages.dictionaryCodes(hasDictionary: dictionaryCount != nil)
        if codes == nil { try decoder.start(pages.values, encoding: pages.encoding) }
    }

    func beginBatch(slots: Int) {
        misfits = Misfits()
        count = 0
        _ = values.grown(to: slots * width, keeping: 0)
    }

    func decode(_ run: LeafShape.Run) throws(SluiceError) {
        let target = values.grown(to: (count + run.slots) * width, keeping: count * width) + count * width
        var found = Misfits()
        if codes != nil {
            try decodeCodes(into: target, count: run.defined, misfits: &found)
        } else {
            try decoder.read(into: target, count: run.defined, misfits: &found)
        }
        if run.defined < run.slots { RawValues.spread(target, run, shape.validityBits, from: count, width: width) }
        if !found.isEmpty { addMisfits(found, run) }
        count += run.slots
    }

    private func decodeCodes(into target: UnsafeMutableRawPointer, count: Int, misfits found: inout Misfits) throws(SluiceError) {
        guard var decoder = codes, let dictionaryCount else { return }
        let block = codeBlock.room(Self.blockValues)
        var done = 0
        while done < count {
            let place = target + done * width
            switch try decoder.next(count - done, into: block, room: Self.blockValues) {
            case .repeated(let code, let run):
                guard Int(UInt32(bitPattern: code)) < dictionaryCount else { throw Codes.unknown(code, dictionaryCount) }
                RawValues.fill(dictionary.base, code, into: place, count: run, width: width)
                if let error = dictionaryMisfits[code] { for index in done..<(done + run) { found.add(index, error) } }
                done += run
            case .unpacked(let run):
                try Codes.check(block, run, below: dictionaryCount, width: decoder.width)
                RawValues.gather(dictionary.base, block, into: place, count: run, width: width)
                if !dictionaryMisfits.isEmpty {
                    for index in 0..<run {
                        if let error = dictionaryMisfits[block[index]] { found.add(done + index, error) }
                    }
                }
                done += run
            }
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

    func finishBatch() throws(SluiceError) -> Column { Column(type, makeStorage(values.base, count), validity: shape.validity) }
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
    /// - Parameter width: bits of a code.
    /// - Throws: `corruptFile` when a code has no entry.
    @inline(__always)
    static func check(_ codes: UnsafePointer<Int32>, _ count: Int, below limit: Int, width: Int) throws(SluiceError) {
        // A full dictionary has an entry for every code of that width.
        if width < 32, 1 << width <= limit { return }
        // The bits of all codes together are no less than the largest, and cheaper to find.
        var bits: UInt32 = 0
        for index in 0..<count { bits |= UInt32(bitPattern: codes[index]) }
        if Int(bits) < limit { return }
        for index in 0..<count where Int(UInt32(bitPattern: codes[index])) >= limit { throw unknown(codes[index], limit) }
    }

    static func unknown(_ code: Int32, _ limit: Int) -> SluiceError {
        PageError.damaged("code \(UInt32(bitPattern: code)) in a dictionary of \(limit) values")
    }
}
