import SluiceCore

/// Which values of a batch are there: the levels of one leaf, from as many pages as the batch's rows take.
///
/// A **slot** is a place for a value in the leaf's column: an entry that is in no empty or missing list. `validity` says which slots have one.
struct LeafShape {
    /// What one step brought, all of one page.
    struct Run {
        var slots: Int
        /// Slots with a value.
        var defined: Int
    }

    private let leaf: ParquetLeaf
    /// Rows to read, and those whose first entry is read.
    private var rowsWanted = 0
    private(set) var rows = 0
    private(set) var slots = 0
    private(set) var defined = 0
    /// Entries with both levels, which are kept where the leaf is part of a struct or list.
    private(set) var entries = 0
    private let repetitions = Scratch<UInt8>()
    private let definitions = Scratch<UInt8>()
    private let bits = Scratch<UInt64>()
    private var bitWords = 0

    /// Levels of the page at hand that belong to later rows.
    private let aheadRepetitions = Scratch<UInt8>()
    private let aheadDefinitions = Scratch<UInt8>()
    private var ahead = 0..<0
    /// The definition level before the entry at hand; nothing is open before the first.
    private var previousDefinition: UInt8 = 0
    private var hasStarted = false

    private static let blockEntries = 1_024

    init(_ leaf: ParquetLeaf) { self.leaf = leaf }

    /// Whether the levels of each entry are kept.
    var keepsLevels: Bool { leaf.isNested }

    /// Begins a batch.
    mutating func begin(rows: Int) {
        rowsWanted = rows
        self.rows = 0
        slots = 0
        defined = 0
        entries = 0
        bitWords = 0
    }

    /// Whether the batch has all entries of its rows. The last row of a repeated leaf ends where the next one begins, so that it is only known then.
    func isComplete(atEnd: Bool) -> Bool {
        if leaf.maximumRepetitionLevel == 0 || rowsWanted == 0 { return rows == rowsWanted }
        guard rows == rowsWanted else { return false }
        return atEnd || !ahead.isEmpty && aheadRepetitions.base[ahead.lowerBound] == 0
    }

    /// Whether entries of the page at hand are left.
    func hasEntries(_ pages: LeafPages) -> Bool { pages.entriesLeft > 0 || !ahead.isEmpty }

    /// Takes entries of the page at hand, up to the end of the batch.
    mutating func take(_ pages: inout LeafPages) throws(SluiceError) -> Run {
        if leaf.maximumRepetitionLevel > 0 { return try takeRepeated(&pages) }
        let count = min(pages.entriesLeft, rowsWanted - rows)
        let run: Run
        if !keepsLevels, leaf.maximumDefinitionLevel == 0 {
            pages.takeRequired(count)
            run = Run(slots: count, defined: count)
        } else if !keepsLevels {
            let words = validityWords(slots + count)
            run = Run(slots: count, defined: try pages.takeOptional(count, into: words, from: slots))
        } else {
            let repetition = repetitions.grown(to: entries + count, keeping: entries) + entries
            let definition = definitions.grown(to: entries + count, keeping: entries) + entries
            try pages.takeLevels(count, repetition: repetition, definition: definition)
            run = Run(slots: count, defined: markDefined(definition, count))
            entries += count
        }
        rows += count
        slots += count
        defined += run.defined
        return run
    }

    /// Sets the bits of the next `count` slots that have a value; returns how many.
    private mutating func markDefined(_ definition: UnsafePointer<UInt8>, _ count: Int) -> Int {
        let words = validityWords(slots + count)
        let maximum = UInt8(truncatingIfNeeded: leaf.maximumDefinitionLevel)
        var total = 0
        for index in 0..<count where definition[index] == maximum {
            let slot = slots &+ index
            words[slot &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: slot & 63)
            total &+= 1
        }
        return total
    }

    private mutating func takeRepeated(_ pages: inout LeafPages) throws(SluiceError) -> Run {
        if ahead.isEmpty {
            let count = min(pages.entriesLeft, Self.blockEntries)
            try pages.takeLevels(
                count, repetition: aheadRepetitions.room(Self.blockEntries), definition: aheadDefinitions.room(Self.blockEntries))
            ahead = 0..<count
        }
        let first = ahead.lowerBound
        let count = ahead.count
        let (repetition, definition) = (aheadRepetitions.base + first, aheadDefinitions.base + first)
        guard entries + count <= ParquetLimits.columnBatchElements else { throw PageError.tooManyElements }
        let words = validityWords(slots + count)
        let slotLevel = UInt8(truncatingIfNeeded: leaf.repeatedLevels[leaf.maximumRepetitionLevel])
        let maximum = UInt8(truncatingIfNeeded: leaf.maximumDefinitionLevel)
        var run = Run(slots: 0, defined: 0)
        var taken = 0
        while taken < count {
            let level = repetition[taken]
            if level == 0 {
                if rows == rowsWanted { break }
                rows += 1
                hasStarted = true
            } else {
                // An entry that goes on with a list must find it open: its own and the last entry must be in it.
                let needed = leaf.repeatedLevels[Int(level)]
                guard hasStarted, Int(previousDefinition) >= needed, Int(definition[taken]) >= needed else {
                    throw PageError.listWithoutStart
                }
            }
            previousDefinition = definition[taken]
            if definition[taken] >= slotLevel {
                if definition[taken] == maximum {
                    let slot = slots &+ run.slots
                    words[slot &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: slot & 63)
                    run.defined &+= 1
                }
                run.slots &+= 1
            }
            taken &+= 1
        }
        keep(repetition, definition, taken)
        ahead = (first + taken)..<ahead.upperBound
        slots += run.slots
        defined += run.defined
        return run
    }

    private mutating func keep(_ repetition: UnsafePointer<UInt8>, _ definition: UnsafePointer<UInt8>, _ count: Int) {
        (repetitions.grown(to: entries + count, keeping: entries) + entries).update(from: repetition, count: count)
        (definitions.grown(to: entries + count, keeping: entries) + entries).update(from: definition, count: count)
        entries += count
    }

    /// The bits of the slots, of which there will be `count`; new ones are 0.
    private mutating func validityWords(_ count: Int) -> UnsafeMutablePointer<UInt64> {
        let needed = (count + 63) / 64
        if needed > bitWords {
            let words = bits.grown(to: needed, keeping: bitWords)
            (words + bitWords).update(repeating: 0, count: needed - bitWords)
            bitWords = needed
        }
        return bits.base
    }

    /// The bits of the slots; nothing where the leaf cannot be null.
    var validityBits: UnsafePointer<UInt64> { UnsafePointer(bits.base) }

    /// The validity of the slots; nil if all have a value.
    var validity: Bitmap? {
        guard defined < slots else { return nil }
        let count = (slots + 63) / 64
        let source = bits.base
        return Bitmap(
            words: [UInt64](unsafeUninitializedCapacity: count) { target, initialized in
                target.baseAddress?.update(from: source, count: count)
                initialized = count
            }, count: slots)
    }

    /// The levels of the batch's entries, for putting lists and structs together; they hold until the next batch.
    var levels: LeafLevels { LeafLevels(repetition: repetitions.base, definition: definitions.base, count: entries) }

    /// The rows of slots, which ascend, counted in the batch.
    ///
    /// - Complexity: O(entries of the batch).
    func rows(ofSlots slots: [Int]) -> [Int] {
        if leaf.maximumRepetitionLevel == 0 || slots.isEmpty { return slots }
        let slotLevel = leaf.repeatedLevels[leaf.maximumRepetitionLevel]
        var found: [Int] = []
        var row = -1
        var slot = 0
        for entry in 0..<entries {
            if repetitions.base[entry] == 0 { row += 1 }
            guard Int(definitions.base[entry]) >= slotLevel else { continue }
            while found.count < slots.count, slots[found.count] == slot { found.append(row) }
            slot += 1
        }
        return found
    }
}

/// The levels of a leaf's entries.
struct LeafLevels {
    /// Nothing is there where the leaf is in no list: all levels are 0 then.
    var repetition: UnsafePointer<UInt8>
    var definition: UnsafePointer<UInt8>
    var count: Int
}

extension PageError {
    static var tooManyElements: SluiceError {
        SluiceError(
            .limitExceeded, "lists of one batch have more than \(ParquetLimits.columnBatchElements) elements",
            remedy: "write the file again with shorter lists")
    }
}
