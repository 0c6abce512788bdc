extension TimePattern {
    /// What the fields of a text said; those that did not stand there keep the start of a day in 1970.
    private struct Reading {
        var year = 1970
        var month = 1
        var day = 1
        var dayOfYear: Int?
        var hour = 0
        var isAfternoon: Bool?
        var minute = 0
        var second = 0
        var micros: Int64 = 0
        var offsetSeconds: Int?
        /// Monday is 1.
        var weekday: Int?

        /// Nil for a day or hour that does not exist, or a weekday that is not the date's.
        var timestamp: TimeText.Timestamp? {
            let days: Int
            if let dayOfYear {
                guard (1...(CivilDate.isLeap(year) ? 366 : 365)).contains(dayOfYear), let first = CivilDate(year: year, month: 1, day: 1)
                else {
                    return nil
                }
                days = first.daysSinceEpoch + dayOfYear - 1
            } else {
                guard let date = CivilDate(year: year, month: month, day: day) else { return nil }
                days = date.daysSinceEpoch
            }
            if let weekday, CivilDate(daysSinceEpoch: days).isoWeekday != weekday { return nil }
            var hour = self.hour
            if let isAfternoon {
                guard (1...12).contains(hour) else { return nil }
                hour = hour % 12 + (isAfternoon ? 12 : 0)
            }
            guard hour < 24, minute < 60, second < 60 else { return nil }
            let clock = Int64(hour * 3600 + minute * 60 + second) * TimeText.microsPerSecond + micros
            return TimeText.Timestamp(wallMicros: Int64(days) * TimeText.microsPerDay + clock, offsetSeconds: offsetSeconds)
        }
    }

    /// The time that the whole text names; nil where it does not follow the pattern or is no real time.
    package func read(_ text: UnsafeBufferPointer<UInt8>) -> TimeText.Timestamp? {
        var reading = Reading()
        var index = 0
        for part in parts {
            switch part {
            case .bytes(let bytes):
                guard text[index...].starts(with: bytes) else { return nil }
                index += bytes.count
            case .field(let letter, _): guard Self.read(letter, text, &index, &reading) else { return nil }
            }
        }
        return index == text.count ? reading.timestamp : nil
    }

    private static func read(_ letter: UInt8, _ text: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ reading: inout Reading) -> Bool {
        func number(_ width: Int, least: Int = 1, _ store: (Int) -> Void) -> Bool {
            var value = 0
            var digits = 0
            while digits < width, index < text.count, text[index] &- 0x30 < 10 {
                value = value * 10 + Int(text[index] &- 0x30)
                digits += 1
                index += 1
            }
            if digits >= least { store(value) }
            return digits >= least
        }
        switch letter {
        case UInt8(ascii: "Y"): return number(4, least: 4) { reading.year = $0 }
        case UInt8(ascii: "y"): return number(2, least: 2) { reading.year = $0 < 69 ? 2000 + $0 : 1900 + $0 }
        case UInt8(ascii: "m"): return number(2) { reading.month = $0 }
        case UInt8(ascii: "d"): return number(2) { reading.day = $0 }
        case UInt8(ascii: "j"): return number(3) { reading.dayOfYear = $0 }
        case UInt8(ascii: "H"), UInt8(ascii: "I"): return number(2) { reading.hour = $0 }
        case UInt8(ascii: "M"): return number(2) { reading.minute = $0 }
        case UInt8(ascii: "S"): return number(2) { reading.second = $0 }
        case UInt8(ascii: "f"):
            let start = index
            return number(6) { value in
                reading.micros = Int64(value)
                for _ in (index - start)..<6 { reading.micros *= 10 }
            }
        case UInt8(ascii: "b"), UInt8(ascii: "B"):
            guard let place = name(months, isShort: letter == UInt8(ascii: "b"), text, &index) else { return false }
            reading.month = place + 1
        case UInt8(ascii: "a"), UInt8(ascii: "A"):
            guard let place = name(weekdays, isShort: letter == UInt8(ascii: "a"), text, &index) else { return false }
            reading.weekday = place + 1
        case UInt8(ascii: "p"):
            guard index + 2 <= text.count, text[index + 1] | 0x20 == UInt8(ascii: "m") else { return false }
            let mark = text[index] | 0x20
            guard mark == UInt8(ascii: "a") || mark == UInt8(ascii: "p") else { return false }
            reading.isAfternoon = mark == UInt8(ascii: "p")
            index += 2
        default: return offset(text, &index, &reading)
        }
        return true
    }

    /// `Z`, `+hh`, `+hhmm` or `+hh:mm`.
    private static func offset(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ reading: inout Reading) -> Bool {
        guard index < text.count else { return false }
        let sign = text[index]
        index += 1
        if sign | 0x20 == UInt8(ascii: "z") {
            reading.offsetSeconds = 0
            return true
        }
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
        func two() -> Int? {
            guard index + 2 <= text.count, text[index] &- 0x30 < 10, text[index + 1] &- 0x30 < 10 else { return nil }
            defer { index += 2 }
            return Int(text[index] &- 0x30) * 10 + Int(text[index + 1] &- 0x30)
        }
        guard let hours = two(), hours <= 18 else { return false }
        if index < text.count, text[index] == UInt8(ascii: ":") { index += 1 }
        let minutes = two() ?? 0
        guard minutes < 60 else { return false }
        reading.offsetSeconds = (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
        return true
    }

    /// Which of the English names stands here, in any letter case.
    private static func name(_ names: [[UInt8]], isShort: Bool, _ text: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Int? {
        for (place, name) in names.enumerated() {
            let wanted = isShort ? name[..<3] : name[...]
            guard index + wanted.count <= text.count else { continue }
            if zip(wanted, text[index...]).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) {
                index += wanted.count
                return place
            }
        }
        return nil
    }
}
