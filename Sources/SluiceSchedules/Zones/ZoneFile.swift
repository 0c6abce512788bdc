import SluiceCore

/// Reads a compiled time zone (TZif, RFC 8536), version 2 or later: its 64-bit block and the rule behind it.
struct ZoneFile {
    private let bytes: [UInt8]
    private let path: String
    private var position = 0

    /// Counts of a header, in its order.
    private struct Counts {
        var universal: Int
        var standard: Int
        var leaps: Int
        var times: Int
        var types: Int
        var characters: Int

        /// - Parameter width: Bytes of a time.
        func blockBytes(width: Int) -> Int {
            times * (width + 1) + types * 6 + characters + leaps * (width + 4) + standard + universal
        }
    }

    /// - Throws: `corruptFile`, `unsupported` (version 1, leap seconds).
    static func rules(_ bytes: [UInt8], name: String, path: String) throws(SluiceError) -> ZoneRules {
        var file = ZoneFile(bytes: bytes, path: path)
        return try file.read(name)
    }

    private init(bytes: [UInt8], path: String) {
        self.bytes = bytes
        self.path = path
    }

    private mutating func read(_ name: String) throws(SluiceError) -> ZoneRules {
        let (version, first) = try header()
        guard version >= UInt8(ascii: "2") else {
            throw SluiceError(
                .unsupported, "\(path.quotedForMessage) is a time zone in version 1 of its format, which ends in 2038",
                at: .file(path: path), remedy: "install the tzdata package of this system")
        }
        try skip(first.blockBytes(width: 4))
        let (_, counts) = try header()
        guard counts.leaps == 0 else {
            throw SluiceError(
                .unsupported, "the time zone \(name.quotedForMessage) counts leap seconds", at: .file(path: path),
                remedy: "use the zone of the same name outside of right/")
        }
        guard counts.types > 0, counts.times <= bytes.count, counts.types <= bytes.count else { throw corrupt("has no types") }
        var times: [Int64] = []
        for _ in 0..<counts.times { times.append(Int64(bitPattern: try number(8))) }
        var kinds: [Int] = []
        for _ in 0..<counts.times { kinds.append(Int(try number(1))) }
        var offsets: [Int] = []
        for _ in 0..<counts.types {
            offsets.append(Int(Int32(truncatingIfNeeded: try number(4))))
            try skip(2)
        }
        try skip(counts.characters + counts.standard + counts.universal)
        guard offsets.allSatisfy({ abs($0) <= 26 * 3600 }) else { throw corrupt("has an offset of more than a day") }
        guard times.allSatisfy({ abs($0 / 2) < 1 << 60 }) else { throw corrupt("has a transition beyond all time") }
        guard kinds.allSatisfy(offsets.indices.contains), zip(times, times.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw corrupt("has transitions in no order, or without a type")
        }
        var changes = zip(times, kinds).map { (at: $0, offset: offsets[$1]) }
        if let rule = try footer() { changes += rule.changes(after: times.last) }
        return ZoneRules(name: name, initialOffset: offsets[0], changes: changes)
    }

    private mutating func header() throws(SluiceError) -> (version: UInt8, counts: Counts) {
        guard bytes.count - position >= 44, bytes[position...].starts(with: "TZif".utf8) else { throw corrupt("does not begin with TZif") }
        let version = bytes[position + 4]
        position += 20
        var counts: [Int] = []
        for _ in 0..<6 { counts.append(Int(try number(4))) }
        return (
            version,
            Counts(universal: counts[0], standard: counts[1], leaps: counts[2], times: counts[3], types: counts[4], characters: counts[5])
        )
    }

    /// The rule for times behind the last transition; nil where the last offset stays.
    private mutating func footer() throws(SluiceError) -> ZoneFooter? {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\n"),
            let end = bytes[(position + 1)...].firstIndex(of: UInt8(ascii: "\n"))
        else { throw corrupt("has no rule at its end") }
        let text = bytes[(position + 1)..<end]
        if text.isEmpty { return nil }
        guard let footer = ZoneFooter(text) else {
            throw corrupt("ends with the rule \(String(decoding: text, as: UTF8.self).quotedForMessage)")
        }
        return footer
    }

    /// An unsigned number of some bytes, the highest first.
    private mutating func number(_ count: Int) throws(SluiceError) -> UInt64 {
        guard bytes.count - position >= count else { throw corrupt("is cut off") }
        var value: UInt64 = 0
        for byte in bytes[position..<(position + count)] { value = value << 8 | UInt64(byte) }
        position += count
        return value
    }

    private mutating func skip(_ count: Int) throws(SluiceError) {
        guard count >= 0, bytes.count - position >= count else { throw corrupt("is cut off") }
        position += count
    }

    private func corrupt(_ what: String) -> SluiceError {
        SluiceError(
            .corruptFile, "the time zone in \(path.quotedForMessage) \(what)", at: .file(path: path),
            remedy: "install the tzdata package of this system again")
    }
}
