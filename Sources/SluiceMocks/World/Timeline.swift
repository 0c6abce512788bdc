/// Records that come and change over a virtual time, the same for the same seed. They are generated, not stored: only what was changed is kept.
///
/// The first `rows` records were made before the beginning, five at a time with one timestamp, so that equal ones lie across page borders. From
/// the beginning on there is a change every `interval`: one of four makes a record, the others touch one that is there.
package struct Timeline: Sendable {
    /// A record and when it was last changed, in microseconds since 1970.
    package struct Entry: Hashable, Sendable {
        package var updated: Int64
        package var index: Int
    }

    /// 2024-01-01T00:00:00Z, in microseconds since 1970.
    package static let epoch: Int64 = 1_704_067_200_000_000
    private static let step: Int64 = 1_000_000
    private static let tied = 5

    let seed: UInt64
    let rows: Int
    let interval: Int64
    /// When the virtual time begins.
    let begin: Int64
    /// When the latest change of a record was, for those that were changed since the beginning.
    private var latest: [Int: Int64] = [:]
    /// All changes in order, also those that later ones hide.
    private var changes: [Entry] = []
    /// When records were made that were not there at the beginning, in order.
    private var made: [Int64] = []
    private var nextChange: Int64 = 1

    package init(seed: UInt64, rows: Int, interval: Int64 = 10_000_000) {
        self.seed = seed
        self.rows = rows
        self.interval = interval
        begin = Self.begin(rows: rows)
    }

    static func begin(rows: Int) -> Int64 { epoch + Int64(rows) * step + 3_600_000_000 }

    /// How many records there are.
    package var count: Int { rows + made.count }

    package func created(_ index: Int) -> Int64 {
        index < rows ? Self.epoch + Int64(index / Self.tied * Self.tied) * Self.step : made[index - rows]
    }

    package func updated(_ index: Int) -> Int64 { latest[index] ?? created(index) }

    /// Lets everything happen up to a time.
    package mutating func advance(to now: Int64) {
        while begin + nextChange * interval <= now {
            let time = begin + nextChange * interval
            let draw = Self.mix(seed, UInt64(nextChange))
            if draw % 4 == 0 || count == 0 { insert(at: time) } else { touch(Int(draw / 4 % UInt64(count)), at: time) }
            nextChange += 1
        }
    }

    /// Makes a record.
    @discardableResult
    package mutating func insert(at time: Int64) -> Int {
        let index = count
        made.append(time)
        touch(index, at: time)
        return index
    }

    /// Changes a record; each change has a time of its own, a microsecond behind the last at least.
    package mutating func touch(_ index: Int, at time: Int64) {
        let time = max(time, (changes.last?.updated ?? time - 1) + 1)
        latest[index] = time
        changes.append(Entry(updated: time, index: index))
    }

    /// Records by their last change and number, ascending.
    ///
    /// - Parameters:
    ///   - since: Inclusive.
    ///   - place: The last one of the page before.
    ///   - isVisible: Whether somebody who asks now gets it.
    package func page(since: Int64, after place: Entry?, limit: Int, isVisible: (Entry) -> Bool = { _ in true }) -> [Entry] {
        var found: [Entry] = []
        let from = place.map { max($0.updated, since) } ?? since
        // Five neighbours share a timestamp, so the first that may count is at most four before.
        var index = max(0, Int((max(from, Self.epoch) - Self.epoch) / Self.step) - Self.tied)
        while index < rows, found.count < limit {
            let entry = Entry(updated: created(index), index: index)
            if latest[index] == nil, Self.isBehind(entry, place), entry.updated >= since, isVisible(entry) { found.append(entry) }
            index += 1
        }
        var position = changes.partitioningIndex { $0.updated >= from }
        while position < changes.count, found.count < limit {
            let entry = changes[position]
            if latest[entry.index] == entry.updated, Self.isBehind(entry, place), isVisible(entry) { found.append(entry) }
            position += 1
        }
        return found
    }

    private static func isBehind(_ entry: Entry, _ place: Entry?) -> Bool {
        guard let place else { return true }
        return (entry.updated, entry.index) > (place.updated, place.index)
    }

    /// Well mixed bits of two numbers (splitmix64).
    static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var z = a &+ b &* 0x9E37_79B9_7F4A_7C15 &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension [Timeline.Entry] {
    /// As the job of a number writes them: services read many records side by side, so each job has an order of its own.
    func ordered(forJob number: Int) -> [Timeline.Entry] {
        let first = count / 3 * ((number - 1) % 3)
        return first == 0 ? self : Array(self[first...] + self[..<first])
    }
}

extension Array {
    /// The first index whose element fulfils what all behind it fulfil, too.
    fileprivate func partitioningIndex(_ isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
