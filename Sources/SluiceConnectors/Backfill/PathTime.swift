import SluiceCore

/// Finds the date in a file's path: `logs/2024/03/01/app.log`, `app-2024-03-01.csv`, `20240301_10.json`.
enum PathTime {
    /// The stretch that the last date of a path names: a day, or an hour where one follows behind `T`, `-`, `_`, `/` or a space.
    ///
    /// A date has a year from 1900 to 2199, and between its numbers one of `-`, `_`, `/`, `.` twice, or nothing. Digits before or behind make
    /// it something else. Nil where there is none.
    static func range(in path: String) -> TimeRange? {
        let bytes = Array(path.utf8)
        var found: TimeRange?
        var place = 0
        while place + 8 <= bytes.count {
            if place > 0, isDigit(bytes[place - 1]) || !isDigit(bytes[place]) {
                place += 1
                continue
            }
            if let (range, end) = date(bytes, place) {
                found = range
                place = end
            } else {
                place += 1
            }
        }
        return found
    }

    private static func date(_ bytes: [UInt8], _ start: Int) -> (TimeRange, end: Int)? {
        guard let year = number(bytes, start, 4), (1900...2199).contains(year), start + 4 < bytes.count else { return nil }
        let separator = bytes[start + 4]
        let isSeparated = "-_/.".utf8.contains(separator)
        guard isSeparated || isDigit(separator) else { return nil }
        let width = isSeparated ? 1 : 0
        let month = start + 4 + width
        let day = month + 2 + width
        guard !isSeparated || (month + 2 < bytes.count && bytes[month + 2] == separator), let monthNumber = number(bytes, month, 2),
            let dayNumber = number(bytes, day, 2), let range = TimeRange(parts: [year, monthNumber, dayNumber])
        else { return nil }
        let end = day + 2
        guard end < bytes.count else { return (range, end) }
        if isDigit(bytes[end]) {
            // `2024030110` may go on with an hour; anything longer is a number.
            guard !isSeparated, let hour = hour(bytes, end), let range = TimeRange(parts: [year, monthNumber, dayNumber, hour]) else {
                return nil
            }
            return (range, end + 2)
        }
        guard "T-_/ ".utf8.contains(bytes[end]), let hour = hour(bytes, end + 1),
            let inside = TimeRange(parts: [year, monthNumber, dayNumber, hour])
        else { return (range, end) }
        return (inside, end + 3)
    }

    /// Two digits that no third follows.
    private static func hour(_ bytes: [UInt8], _ start: Int) -> Int? {
        guard let hour = number(bytes, start, 2), hour < 24 else { return nil }
        return start + 2 < bytes.count && isDigit(bytes[start + 2]) ? nil : hour
    }

    private static func number(_ bytes: [UInt8], _ start: Int, _ width: Int) -> Int? {
        guard start + width <= bytes.count else { return nil }
        var value = 0
        for byte in bytes[start..<start + width] {
            guard isDigit(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        return value
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
