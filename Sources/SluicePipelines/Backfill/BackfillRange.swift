package import SluiceCore

/// A bound of the past as a person writes it: a year, month, day, hour or time, or the number of a record.
package struct BackfillBound: Hashable, Sendable {
    package let text: String

    /// Nil for a text that is neither a time nor a number.
    package init?(_ text: String) {
        guard TimeRange(naming: text) != nil || UInt64(text) != nil else { return nil }
        self.text = text
    }

    /// The beginning of what the text names, in microseconds since 1970; nil where it names no time.
    package var micros: Int64? { TimeRange(naming: text)?.startMicros }
    /// Nil where the text is a time with separators.
    package var sequence: UInt64? { UInt64(text) }

    package static let remedy = "write 2024, 2024-03, 2024-03-01, 2024-03-01T10 or a time such as 2024-03-01T10:30:00Z, all in UTC"
}

/// What a backfill covers: from its first bound on, up to the second, which is not in it.
package struct BackfillRange: Hashable, Sendable {
    package var from: BackfillBound
    package var to: BackfillBound

    package init(from: BackfillBound, to: BackfillBound) {
        self.from = from
        self.to = to
    }

    /// The range as a stretch of time.
    ///
    /// - Throws: `usage` where a bound is no time, or nothing lies between the two.
    package func time() throws(SluiceError) -> TimeRange {
        let start = try Self.micros(from, "from")
        let end = try Self.micros(to, "to")
        guard start < end else { throw empty }
        return TimeRange(start, end)
    }

    /// The range as numbers of records; nil where a bound is a time.
    ///
    /// - Throws: `usage` where nothing lies between the two.
    package func sequences() throws(SluiceError) -> Range<UInt64>? {
        guard let first = from.sequence, let end = to.sequence else { return nil }
        guard first < end else { throw empty }
        return first..<end
    }

    private static func micros(_ bound: BackfillBound, _ option: String) throws(SluiceError) -> Int64 {
        if let micros = bound.micros { return micros }
        throw SluiceError(.usage, "--\(option) is no time here: \(bound.text.quotedForMessage)", remedy: BackfillBound.remedy)
    }

    private var empty: SluiceError {
        SluiceError(
            .usage, "there is nothing from \(from.text) to \(to.text)", remedy: "the range begins at --from and ends before --to")
    }
}

/// Where the time of a file comes from that no partition has.
package enum FileTime: String, CaseIterable, Sendable {
    /// A date in its path.
    case path
    /// When it was changed last.
    case modified
}

/// How a source is to cut a range.
package struct BackfillRequest: Sendable {
    package var range: BackfillRange
    /// How long a unit is; nil leaves it to the source.
    package var unit: CalendarUnit?
    /// Units may not be shorter: what they replace is that long.
    package var leastUnit: CalendarUnit?
    /// Whether parts of the same time may be units of their own, as shards are.
    package var splitsShards: Bool
    package var fileTime: FileTime?
    /// Microseconds since 1970.
    package var nowMicros: Int64

    package init(
        range: BackfillRange, unit: CalendarUnit?, leastUnit: CalendarUnit?, splitsShards: Bool, fileTime: FileTime?, nowMicros: Int64
    ) {
        self.range = range
        self.unit = unit
        self.leastUnit = leastUnit
        self.splitsShards = splitsShards
        self.fileTime = fileTime
        self.nowMicros = nowMicros
    }
}
