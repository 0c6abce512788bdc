import SluiceCore

/// Rows of some groups, as windows take them in.
struct CountedRows {
    var keys: [Column]
    /// In microseconds since 1970.
    var times: [Int64]
    /// Of the aggregates; nil for those without one.
    var arguments: [Column?]
    /// Of the batch.
    var place: UInt64

    var byteCount: Int { times.count * 8 + (keys + arguments.compactMap(\.self)).reduce(0) { $0 + $1.byteCount } }
}

/// Windows that memory does not hold.
extension CountedWindows {
    var isSpilled: Bool { beyond != nil }

    /// Of `keptSchema`.
    private var groupColumns: [Int] { Array(2..<(2 + keyCount)) }

    private func makeEmpty() -> CountedWindows {
        CountedWindows(operation, size: size, outputSchema: outputSchema, limitBytes: .max)
    }

    private func makeSpill(_ spill: SpillDirectory) -> KeyedSpill { KeyedSpill(keptSchema, keys: groupColumns, spill) }

    /// Windows are too many for memory: those that the epoch at work has changed go to its file, beside those that are in files of earlier ones;
    /// without an epoch all go to disk now.
    func leaveMemory(epoch: Int?, _ spill: SpillDirectory) throws {
        if isSpilled { return }
        let oldest = facts.oldest ?? .max
        if let epoch {
            try endEpoch(epoch)
            beyond = Beyond(oldest: min(oldest, Int64(epoch)))
        } else {
            let aside = makeSpill(spill)
            try forEachOpen { try aside.add($0) }
            beyond = Beyond(oldest: oldest, aside: aside)
        }
        forget()
    }

    /// As `take`, where windows are on disk: those of the rows' groups are looked up there.
    ///
    /// - Returns: The windows that are full.
    func take(_ rows: [CountedRows], epoch: Int?, rejects: inout [Reject]) throws -> [Batch] {
        let wanted = KeySet()
        for some in rows { wanted.insert(some.keys, rowCount: some.times.count) }
        let known = makeEmpty()
        func add(_ rows: Batch) { if let some = wanted.matching(rows, keys: groupColumns) { known.restore(some) } }
        for rows in stored + (changes?.written(keptSchema) ?? []) { try rows.forEach(add) }
        try beyond?.aside?.forEach(add)
        known.finishRestoring()
        known.notesChanges = true
        let full = rows.compactMap { known.take($0.keys, $0.times, $0.arguments, at: $0.place, rejects: &rejects) }
        try known.forEachChanged(epoch: Int64(epoch ?? 0)) {
            try changes?.append($0)
            try beyond?.aside?.add($0)
        }
        return full
    }

    /// Takes windows back into memory that have become few.
    func returnToMemory() throws {
        // In memory there are tables of the groups, too.
        guard let beyond, beyond.aside == nil, stored.reduce(0, { $0 + $1.byteCount }) <= limitBytes / 8 else { return }
        self.beyond = nil
        for rows in stored { try rows.forEach { restore($0) } }
        if isSpilled { self.beyond = beyond } else { finishRestoring() }
    }

    /// Writes all groups with an open window, of windows that are on disk.
    func writeAllBeyond(to file: StateFileWriter) throws {
        let place = DiskFiles.parent(of: file.path) + "/spill"
        let spill = SpillDirectory(path: place)
        defer { spill.remove() }
        let all = makeSpill(spill)
        for rows in stored { try rows.forEach { try all.add($0) } }
        var parts = CountedParts(self, all)
        var oldest = Int64.max
        while let part = try parts.next() {
            try part.forEachOpen { try file.append($0) }
            oldest = min(oldest, part.facts.oldest ?? .max)
        }
        beyond?.oldest = oldest
    }

    /// All windows that are not full, where they are on disk: no more rows will come.
    func drainBeyond() -> any BatchStream {
        guard let aside = beyond?.aside else { return ListedBatches([]) }
        return DrainedWindows(CountedParts(self, aside))
    }

    /// The windows of some groups after the others, so that only these are in memory.
    fileprivate struct CountedParts {
        private let windows: CountedWindows
        private var shares: [SpilledShare]

        init(_ windows: CountedWindows, _ all: KeyedSpill) {
            self.windows = windows
            shares = SpilledShare.all([all])
        }

        mutating func next() throws -> CountedWindows? {
            while let share = shares.popLast() {
                if share.byteCount > windows.limitBytes / 2, share.canBeSpread {
                    shares += try share.finer()
                    continue
                }
                let part = windows.makeEmpty()
                try share.parts[0].forEach { part.restore($0) }
                part.finishRestoring()
                return part
            }
            return nil
        }
    }
}

/// Windows that are not full, of some groups after the others.
private final class DrainedWindows: BatchStream, @unchecked Sendable {
    private var parts: CountedWindows.CountedParts

    init(_ parts: CountedWindows.CountedParts) { self.parts = parts }

    func next(rejects: inout [Reject]) throws -> Batch? {
        while let part = try parts.next() { if let batch = part.drain(rejects: &rejects) { return batch } }
        return nil
    }
}
