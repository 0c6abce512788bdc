import SluiceCore

/// A leaf of texts or binaries. As long as all pages of a batch refer to the dictionary, so does its column.
final class BytesLeaf: LeafReader {
    var pages: LeafPages
    var shape: LeafShape
    private(set) var misfits = Misfits()

    private let type: DataType
    private var decoder: ByteValueDecoder
    private var dictionary: ByteRows?
    private var dictionaryMisfits: [Int32: RowError] = [:]
    private var longestEntry = 0
    private var codes: HybridDecoder?

    /// The batch so far: codes while all of it is from the dictionary, else bytes.
    private let codeValues = Scratch<Int32>()
    private var codeCount = 0
    private var plain: PlainRows?
    private let views = Scratch<ByteView>()
    private let runCodes = Scratch<Int32>()

    init(_ pages: LeafPages, length: Int?, type: DataType) {
        self.pages = pages
        shape = LeafShape(pages.leaf)
        decoder = ByteValueDecoder(length: length)
        self.type = type
    }

    private var isText: Bool { type == .string }

    func startDictionary(_ bytes: PageBytes, count: Int) throws(SluiceError) {
        // Each value has a length of 4 bytes, or a fixed one of at least one.
        try PageError.checkDictionary(count, bytes)
        try decoder.start(bytes, encoding: .plain)
        var rows = PlainRows()
        let views = views.room(min(count, Self.dictionaryBlockValues))
        for first in stride(from: 0, to: count, by: Self.dictionaryBlockValues) {
            let block = min(Self.dictionaryBlockValues, count - first)
            try decoder.read(into: views, count: block)
            try rows.append(views, count: block)
            if isText {
                for row in rows.invalidTexts { dictionaryMisfits[Int32(truncatingIfNeeded: row)] = PlainRows.invalidText }
            }
            for index in 0..<block { longestEntry = max(longestEntry, views[index].count) }
        }
        dictionary = count == 0 ? ByteRows() : rows.finished
    }

    /// Values of a dictionary that are read at once.
    private static let dictionaryBlockValues = 8_192

    var dictionaryColumn: Column? { dictionaryMisfits.isEmpty ? dictionary.map { Column(type, .bytes($0)) } : nil }

    func startPage() throws(SluiceError) {
        codes = try pages.dictionaryCodes(hasDictionary: dictionary != nil)
        if codes == nil { try decoder.start(pages.values, encoding: pages.encoding) }
    }

    func beginBatch(slots: Int) {
        misfits = Misfits()
        codeCount = 0
        plain = nil
    }

    func decode(_ run: LeafShape.Run) throws(SluiceError) {
        if codes != nil, let dictionary, dictionary.count > 0 || run.defined > 0 {
            if plain == nil {
                try decodeCodes(run, dictionary)
            } else {
                let codes = runCodes.room(run.slots)
                try readCodes(into: codes, run, dictionary, slot: plain?.count ?? 0)
                try appendEntries(codes, run.slots, dictionary)
            }
        } else {
            try decodePlain(run)
        }
    }

    private func decodeCodes(_ run: LeafShape.Run, _ dictionary: ByteRows) throws(SluiceError) {
        let target = codeValues.grown(to: codeCount + run.slots, keeping: codeCount) + codeCount
        try readCodes(into: target, run, dictionary, slot: codeCount)
        codeCount += run.slots
    }

    /// Codes of a run, also for slots without a value; `slot` is the first one's.
    private func readCodes(
        into target: UnsafeMutablePointer<Int32>, _ run: LeafShape.Run, _ dictionary: ByteRows, slot: Int
    ) throws(SluiceError) {
        try codes?.read(into: target, count: run.defined)
        try Codes.check(target, run.defined, below: dictionary.count, width: codes?.width ?? 32)
        if run.defined < run.slots { RawValues.spread(target, run, shape.validityBits, from: slot) }
        if dictionaryMisfits.isEmpty { return }
        for index in 0..<run.slots where isDefined(slot + index, run) {
            if let error = dictionaryMisfits[target[index]] { misfits.add(slot + index, error) }
        }
    }

    private func isDefined(_ slot: Int, _ run: LeafShape.Run) -> Bool {
        run.defined == run.slots || shape.validityBits[slot >> 6] >> UInt64(slot & 63) & 1 == 1
    }

    private func decodePlain(_ run: LeafShape.Run) throws(SluiceError) {
        try flatten()
        let views = views.room(run.slots)
        try decoder.read(into: views, count: run.defined)
        let first = plain?.count ?? 0
        if run.defined < run.slots {
            RawValues.spread(views, run, shape.validityBits, from: first)
            for index in 0..<run.slots where !isDefined(first + index, run) {
                views[index] = ByteView(base: UnsafeRawPointer(views), count: 0)
            }
        }
        try plain?.append(views, count: run.slots)
        if isText, let invalid = plain?.invalidTexts {
            for row in invalid { misfits.add(row, PlainRows.invalidText) }
        }
    }

    /// Turns what the batch has so far into bytes.
    private func flatten() throws(SluiceError) {
        guard plain == nil else { return }
        plain = PlainRows()
        let count = codeCount
        codeCount = 0
        if let dictionary, count > 0 { try appendEntries(codeValues.base, count, dictionary) }
    }

    private func appendEntries(_ codes: UnsafePointer<Int32>, _ count: Int, _ dictionary: ByteRows) throws(SluiceError) {
        let views = views.room(count)
        let failure: SluiceError? = dictionary.data.withUnsafeBytes { data in
            dictionary.offsets.withUnsafeBufferPointer { offsets in
                // Copying loads 16 bytes of short values, so that it needs memory that goes on: this data has none behind it.
                for index in 0..<count {
                    let code = Int(codes[index])
                    let start = Int(offsets[code])
                    views[index] = ByteView(
                        base: data.baseAddress.map { $0 + start } ?? UnsafeRawPointer(views), count: Int(offsets[code + 1]) - start)
                }
                do throws(SluiceError) {
                    try plain?.append(views, count: count, hasSlack: false)
                    return nil
                } catch {
                    return error
                }
            }
        }
        if let failure { throw failure }
    }

    func skipValues(_ count: Int) throws(SluiceError) {
        if codes != nil { try codes?.skip(count) } else { try decoder.skip(count) }
    }

    func finishBatch() throws(SluiceError) -> Column {
        if let plain { return Column(type, .bytes(plain.finished), validity: shape.validity) }
        guard let dictionary, dictionary.count > 0 else {
            return Column(
                type, .bytes(ByteRows(offsets: [Int32](repeating: 0, count: shape.slots + 1), data: [])), validity: shape.validity)
        }
        let taken = [Int32](UnsafeBufferPointer(start: codeValues.base, count: codeCount))
        return Column(type, .dictionary(codes: taken, values: dictionary), validity: shape.validity)
    }

    /// Expanded entries of the dictionary can be many times what the file has.
    var safeRows: Int { longestEntry == 0 ? .max : max(1, ParquetLimits.columnBatchBytes / 4 / longestEntry) }
}
