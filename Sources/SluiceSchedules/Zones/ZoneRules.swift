import SluiceCore

/// A time zone as the offsets that its clocks had, have and will have, up to the end of `ScheduleLimits.years`.
///
/// - Invariant: `transitions` ascend; `offsets` has one more: the i-th holds before the i-th transition. Neighbours differ.
package final class ZoneRules: Sendable {
    package let name: String
    /// Seconds since 1970 in UTC at which the offset changes.
    package let transitions: [Int64]
    /// Seconds east of UTC.
    package let offsets: [Int]
    /// The local time up to which all local times are over at a transition: the greatest of those so far, as clocks are set back, too.
    private let localEnds: [Int64]

    /// - Parameter changes: Moments with the offsets from then on, ascending; those that change nothing are left out.
    package init(name: String, initialOffset: Int, changes: [(at: Int64, offset: Int)]) {
        self.name = name
        var transitions: [Int64] = []
        var offsets = [initialOffset]
        for change in changes {
            if change.at == transitions.last {
                // Two at one moment: the later one holds, and may undo the other.
                offsets[offsets.count - 1] = change.offset
                if offsets[offsets.count - 2] == change.offset {
                    transitions.removeLast()
                    offsets.removeLast()
                }
            } else if change.offset != offsets[offsets.count - 1] {
                transitions.append(change.at)
                offsets.append(change.offset)
            }
        }
        var latest = Int64.min
        localEnds = transitions.indices.map { index in
            latest = max(latest, transitions[index] + Int64(offsets[index]))
            return latest
        }
        self.transitions = transitions
        self.offsets = offsets
    }

    /// Coordinated universal time.
    package static let utc = ZoneRules(name: "UTC", initialOffset: 0, changes: [])

    /// Seconds east of UTC at a moment.
    ///
    /// - Complexity: O(log transitions), as all of this type.
    package func offset(at utcSeconds: Int64) -> Int { offsets[segment(at: utcSeconds)] }

    /// What a clock shows at a moment, in seconds since 1970-01-01T00:00:00 of that clock.
    package func local(at utcSeconds: Int64) -> Int64 { utcSeconds + Int64(offset(at: utcSeconds)) }

    /// The moment of a local time: of one that comes twice, the first; of one that is skipped, the moment of the jump.
    ///
    /// The order of local times is kept: a later one has a later or the same moment.
    package func instant(ofLocal local: Int64) -> Int64 {
        let segment = Self.firstIndex(in: localEnds) { $0 > local }
        let instant = local - Int64(offsets[segment])
        return segment > 0 ? max(instant, transitions[segment - 1]) : instant
    }

    /// The greatest local time whose moment (`instant(ofLocal:)`) is at most this one.
    package func lastLocal(notAfter utcSeconds: Int64) -> Int64 {
        let segment = segment(at: utcSeconds)
        let local = utcSeconds + Int64(offsets[segment])
        return segment > 0 ? max(local, localEnds[segment - 1] - 1) : local
    }

    /// `2026-03-29T03:00:00+02:00`; `Z` for UTC itself.
    package func text(of utcSeconds: Int64) -> String {
        let offset = offset(at: utcSeconds)
        var bytes: [UInt8] = []
        TimeText.append(micros: (utcSeconds + Int64(offset)) * TimeText.microsPerSecond, zoned: false, to: &bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        if offset == 0, self === Self.utc { return text + "Z" }
        let size = abs(offset)
        let parts = [size / 3600, size / 60 % 60] + (size % 60 == 0 ? [] : [size % 60])
        return text + (offset < 0 ? "-" : "+") + parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }

    private func segment(at utcSeconds: Int64) -> Int { Self.firstIndex(in: transitions) { $0 > utcSeconds } }

    /// The first index whose value has what all behind it have, too; the count where none has.
    private static func firstIndex(in values: [Int64], where holds: (Int64) -> Bool) -> Int {
        var (low, high) = (0, values.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(values[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// Bounds of schedules.
package enum ScheduleLimits {
    /// Years in which ticks are looked for (EventBridge: 1970 to 2199).
    package static let years = 1970...2199
    /// Characters of an expression.
    package static let characters = 1_024
    /// Bytes of a file of tzdata.
    static let zoneBytes = 1 << 20
    /// Ticks in a row that calendars may exclude before a schedule counts as over.
    static let excludedTicks = 4_000_000
    /// Expressions of one schedule.
    package static let expressions = 64
    /// Files and folders below the directory of tzdata.
    static let zoneFiles = 10_000
}
