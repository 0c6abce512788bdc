/// Dates and timestamps to and from ISO 8601 text, on bytes.
public enum TimeText {
    public static let microsPerSecond: Int64 = 1_000_000
    public static let microsPerDay: Int64 = 86_400_000_000
    /// Years that are read and written with four digits.
    public static let years = 0...9999

    // MARK: Parsing: the whole text or nil

    /// `yyyy-mm-dd`; days since 1970-01-01.
    public static func date(_ text: UnsafeBufferPointer<UInt8>) -> Int32? {
        guard text.count == 10, text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"),
            let year = digits(text, 0, 4), let month = digits(text, 5, 2), let day = digits(text, 8, 2),
            let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        return Int32(date.daysSinceEpoch)
    }

    /// A timestamp's text: microseconds as written, and the offset from UTC if one stands behind.
    public struct Timestamp: Hashable, Sendable {
        /// Microseconds since 1970-01-01T00:00:00 of the clock that was read.
        public var wallMicros: Int64
        /// Seconds east of UTC; nil where the text has no zone.
        public var offsetSeconds: Int?

        public init(wallMicros: Int64, offsetSeconds: Int?) {
            self.wallMicros = wallMicros
            self.offsetSeconds = offsetSeconds
        }

        /// The point in time; a text without zone counts as UTC.
        public var utcMicros: Int64 { wallMicros - Int64(offsetSeconds ?? 0) * TimeText.microsPerSecond }
    }

    /// `yyyy-mm-dd[T ]hh:mm[:ss[.fraction]][Z|±hh[:mm]|±hhmm| UTC]`, or a date alone (midnight). At most 6 digits of fraction may be non-zero.
    public static func timestamp(_ text: UnsafeBufferPointer<UInt8>) -> Timestamp? {
        guard text.count >= 10, let days = date(UnsafeBufferPointer(rebasing: text[0..<10])) else { return nil }
        var result = Timestamp(wallMicros: Int64(days) * microsPerDay, offsetSeconds: nil)
        if text.count == 10 { return result }
        guard text.count >= 16, text[10] == UInt8(ascii: "T") || text[10] == UInt8(ascii: " ") || text[10] == UInt8(ascii: "t"),
            let hour = digits(text, 11, 2), hour < 24, text[13] == UInt8(ascii: ":"), let minute = digits(text, 14, 2), minute < 60
        else { return nil }
        var index = 16
        var second = 0
        if index < text.count, text[index] == UInt8(ascii: ":") {
            guard let value = digits(text, 17, 2), value < 60 else { return nil }
            second = value
            index = 19
        }
        result.wallMicros += Int64(hour * 3600 + minute * 60 + second) * microsPerSecond
        if index == 19, index < text.count, text[index] == UInt8(ascii: ".") {
            guard let fraction = fraction(text, &index) else { return nil }
            result.wallMicros += fraction
        }
        guard index < text.count else { return result }
        guard let offset = zone(UnsafeBufferPointer(rebasing: text[index...])) else { return nil }
        result.offsetSeconds = offset
        return result
    }

    private static func fraction(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Int64? {
        var micros: Int64 = 0
        var places = 0
        index += 1
        while index < text.count, text[index] &- 0x30 < 10 {
            let digit = Int64(text[index] &- 0x30)
            if places < 6 { micros = micros * 10 + digit } else if digit != 0 { return nil }
            places += 1
            index += 1
        }
        guard places > 0 else { return nil }
        for _ in min(places, 6)..<6 { micros *= 10 }
        return micros
    }

    /// Seconds east of UTC for `Z`, ` UTC`, `±hh`, `±hhmm`, `±hh:mm`.
    private static func zone(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        if text.count == 1, text[0] | 0x20 == UInt8(ascii: "z") { return 0 }
        if text.count == 4, text.elementsEqual(" UTC".utf8) { return 0 }
        let sign = text[0] == UInt8(ascii: "-") ? -1 : text[0] == UInt8(ascii: "+") ? 1 : 0
        guard sign != 0, let hours = digits(text, 1, 2), hours <= 18 else { return nil }
        switch text.count {
        case 3: return sign * hours * 3600
        case 5:
            guard let minutes = digits(text, 3, 2), minutes < 60 else { return nil }
            return sign * (hours * 3600 + minutes * 60)
        case 6:
            guard text[3] == UInt8(ascii: ":"), let minutes = digits(text, 4, 2), minutes < 60 else { return nil }
            return sign * (hours * 3600 + minutes * 60)
        default: return nil
        }
    }

    @inline(__always)
    private static func digits(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ count: Int) -> Int? {
        guard start + count <= text.count else { return nil }
        var value = 0
        for index in start..<(start + count) {
            let digit = text[index] &- 0x30
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    // MARK: Formatting

    /// Appends what `write(days:at:)` makes.
    public static func append(days: Int32, to bytes: inout [UInt8]) { append(to: &bytes) { write(days: days, at: $0) } }

    /// Appends what `write(micros:zoned:at:)` makes.
    public static func append(micros: Int64, zoned: Bool, to bytes: inout [UInt8]) {
        append(to: &bytes) { write(micros: micros, zoned: zoned, at: $0) }
    }

    private static func append(
        to bytes: inout [UInt8], _ write: (UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8>
    ) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: maximumBytes) { buffer in
            guard let start = buffer.baseAddress else { return }
            bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: write(start) - start))
        }
    }
}
