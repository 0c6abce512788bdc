/// When objects of a bucket are removed by themselves.
package struct ExpiryRule: Hashable, Sendable {
    /// Its name, which it need not have.
    package var id = ""
    package var prefix: [UInt8] = []
    /// All of which an object must have.
    package var tags: [ObjectTraits.Field] = []
    package var overBytes: Int64?
    package var underBytes: Int64?
    /// Days behind the one on which an object was written.
    package var days: Int?
    /// Days since 1970: from then on.
    package var epochDay: Int?
    /// Whether delete markers go that hide nothing.
    package var removesLoneMarkers = false
    /// Days behind the one on which a version was followed by a newer one, and how many of these are kept all the same.
    package var olderDays: Int?
    package var keptOlder = 0
    /// Days behind the one on which an upload was begun.
    package var uploadDays: Int?

    package init() {}

    /// Whether the rule is about an object.
    func holds(for version: ObjectVersion) -> Bool {
        version.key.bytes.starts(with: prefix) && tags.allSatisfy(version.traits.tags.contains)
            && overBytes.map { version.byteCount > $0 } ?? true
            && underBytes.map { version.byteCount < $0 } ?? true
    }

    /// When the rule removes what a key stands for; nil where it is not about it.
    package func expiryMicros(of version: ObjectVersion) -> Int64? {
        guard holds(for: version) else { return nil }
        let aged = days.map { Self.endMicros(version.modifiedMicros, days: $0) }
        return [aged, epochDay.map { Int64($0) * Self.dayMicros }].compactMap(\.self).min()
    }

    /// So many whole days behind a time, counted from the midnight behind it, as S3 does.
    static func endMicros(_ micros: Int64, days: Int) -> Int64 { (micros / dayMicros + 1 + Int64(days)) * dayMicros }

    /// Whether that time has come.
    static func isOver(_ micros: Int64, days: Int, nowMicros: Int64) -> Bool { nowMicros >= endMicros(micros, days: days) }

    static let dayMicros: Int64 = 86_400_000_000
}
