import SluiceCore

/// The ticks of a job: moments at which one run of it is due, each at a whole second.
///
/// A local time that clocks skip is at the moment of the jump, one that they show twice is at the first of both; several local times at one
/// moment are one tick.
package struct Schedule: Sendable {
    /// Ticks of any of them.
    package var expressions: [ScheduleExpression]
    package var zone: ZoneRules
    /// Seconds since 1970 in UTC; no tick before it.
    package var start: Int64?
    /// Seconds since 1970 in UTC; no tick behind it.
    package var end: Int64?
    /// Dates of the zone without ticks.
    package var excluded = ExcludedDays()
    /// A run begins up to so many seconds behind its tick.
    package var jitterSeconds: Int64 = 0

    package init(_ expressions: [ScheduleExpression], zone: ZoneRules = .utc, start: Int64? = nil, end: Int64? = nil) {
        self.expressions = expressions
        self.zone = zone
        self.start = start
        self.end = end
    }

    /// The first tick behind a moment; nil where there is none any more.
    ///
    /// - Complexity: O(expressions · log transitions), and the days in between that a calendar excludes.
    package func next(after moment: Int64) -> Int64? { next(after: start.map { max(moment, $0 - 1) } ?? moment, until: end) }

    private func next(after moment: Int64, until end: Int64?) -> Int64? {
        var moment = moment
        for _ in 0..<ScheduleLimits.excludedTicks {
            guard let tick = expressions.lazy.compactMap({ candidate($0, after: moment) }).min(), tick <= end ?? .max else { return nil }
            let local = zone.local(at: tick)
            if excluded.isEmpty { return tick }
            let date = CivilDate(daysSinceEpoch: Int(local.floorDivided(by: 86_400)))
            if !excluded.contains(date) { return tick }
            // The rest of the day is excluded, too.
            moment = max(tick, zone.instant(ofLocal: (local.floorDivided(by: 86_400) + 1) * 86_400) - 1)
        }
        return nil
    }

    /// The last tick at or before a moment, and not at or before `floor`; nil where there is none.
    package func last(notAfter moment: Int64, after floor: Int64) -> Int64? {
        Self.last(notAfter: moment, after: floor) { next(after: $0) }
    }

    /// The last tick before a moment, however long ago; of the first one behind the start, the one that was before it but for the start.
    ///
    /// - Returns: Nil where there is none since 1970.
    package func previous(before moment: Int64) -> Int64? {
        Self.last(notAfter: moment - 1, after: Self.firstMoment) { next(after: $0, until: end) }
    }

    private static func last(notAfter moment: Int64, after floor: Int64, _ next: (Int64) -> Int64?) -> Int64? {
        guard moment > floor else { return nil }
        var reach: Int64 = 64
        while true {
            let begin = moment - floor > reach ? moment - reach : floor
            if let first = next(begin), first <= moment {
                // The last one is found by halves, however many there are: a tick is behind `low`, and none from `high` on.
                var (low, high) = (first - 1, moment)
                while high - low > 1 {
                    let middle = low + (high - low) / 2
                    if let tick = next(middle), tick <= moment { low = max(middle, tick - 1) } else { high = middle }
                }
                return low + 1
            }
            if begin == floor { return nil }
            reach *= 4
        }
    }

    /// Ticks behind a moment and not behind `end`, at most so many.
    package func ticks(after moment: Int64, notAfter end: Int64, limit: Int) -> [Int64] {
        var found: [Int64] = []
        var last = moment
        while found.count < limit, let tick = next(after: last), tick <= end {
            found.append(tick)
            last = tick
        }
        return found
    }

    /// The next ticks.
    package func ticks(after moment: Int64, count: Int) -> [Int64] { ticks(after: moment, notAfter: .max, limit: count) }

    /// How many seconds behind a tick its run begins: from 0 to the jitter, the same for each look at job and tick.
    package func delay(of tick: Int64, job: String) -> Int64 {
        guard jitterSeconds > 0 else { return 0 }
        // FNV-1a, and the finalizer of SplitMix64.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        job.utf8.forEach(mix)
        for shift in stride(from: UInt64(0), to: 64, by: 8) { mix(UInt8(truncatingIfNeeded: UInt64(bitPattern: tick) >> shift)) }
        hash = (hash ^ hash >> 30) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ hash >> 27) &* 0x94d0_49bb_1331_11eb
        return Int64((hash ^ hash >> 31) % UInt64(jitterSeconds + 1))
    }

    private func candidate(_ expression: ScheduleExpression, after moment: Int64) -> Int64? {
        switch expression {
        case .cron(let cron):
            return cron.next(atOrAfter: zone.lastLocal(notAfter: moment) + 1).map { zone.instant(ofLocal: $0) }
        case .once(let local):
            let instant = zone.instant(ofLocal: local)
            return instant > moment ? instant : nil
        case .rate(let seconds):
            let anchor = start ?? 0
            let tick = anchor + ((moment - anchor).floorDivided(by: seconds) + 1) * seconds
            return tick <= Self.lastMoment ? tick : nil
        }
    }

    /// Local times of 1970 are up to 14 hours earlier.
    private static let firstMoment: Int64 = -86_400

    private static let lastMoment =
        Int64(
            CivilDate(year: ScheduleLimits.years.upperBound, month: 12, day: 31)?.daysSinceEpoch ?? 0) * 86_400
}

extension Int64 {
    /// The quotient, rounded down.
    func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
