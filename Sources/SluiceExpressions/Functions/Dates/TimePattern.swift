import SluiceCore

/// A pattern of dates and times in the manner of C's `strftime`: `%d/%m/%Y %H:%M`.
struct TimePattern: Sendable {
    enum Part: Sendable {
        case bytes([UInt8])
        /// The letter, and whether a number is written without leading zeros.
        case field(UInt8, isPlain: Bool)
    }

    static let manual =
        "%Y year, %y of two digits (69 to 99 are 1969 to 1999), %m month, %b Jan, %B January, %d day, %j day of the year, %a Mon, %A Monday, %H hour, %I hour of 12, %p AM, %M minute, %S second, %f fraction of a second, %z offset such as +0200 or Z, %F %Y-%m-%d, %T %H:%M:%S, %% a percent sign; %-d and the like are without leading zeros"

    private static let letters = Array("YymbBdjaAHIpMSfz".utf8)
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ].map { Array($0.utf8) }
    static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"].map { Array($0.utf8) }

    private(set) var parts: [Part] = []

    /// Nil with the place (in characters from 1) of a letter that means nothing.
    static func parse(_ text: String) -> (pattern: TimePattern?, badPlace: Int) {
        var pattern = TimePattern()
        var literal: [UInt8] = []
        let bytes = Array(text.utf8)
        var index = 0
        func flush() {
            if !literal.isEmpty { pattern.parts.append(.bytes(literal)) }
            literal = []
        }
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "%") else {
                literal.append(bytes[index])
                index += 1
                continue
            }
            let place = index + 1
            index += 1
            let isPlain = index < bytes.count && bytes[index] == UInt8(ascii: "-")
            if isPlain { index += 1 }
            guard index < bytes.count else { return (nil, place) }
            let letter = bytes[index]
            index += 1
            if letter == UInt8(ascii: "%"), !isPlain {
                literal.append(letter)
            } else if letter == UInt8(ascii: "F") || letter == UInt8(ascii: "T") {
                flush()
                pattern.parts += Self.parse(letter == UInt8(ascii: "F") ? "%Y-%m-%d" : "%H:%M:%S").pattern?.parts ?? []
            } else if letters.contains(letter) {
                flush()
                pattern.parts.append(.field(letter, isPlain: isPlain))
            } else {
                return (nil, place)
            }
        }
        flush()
        return (pattern, 0)
    }

    func has(_ letter: Character) -> Bool {
        parts.contains { if case .field(let own, _) = $0 { own == letter.asciiValue } else { false } }
    }

    // MARK: Reading

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
        var offsetSeconds = 0
        /// Monday is 1.
        var weekday: Int?

        /// Nil for a day or hour that does not exist, or a weekday that is not the date's.
        var utcMicros: Int64? {
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
            let clock = Int64(hour * 3600 + minute * 60 + second - offsetSeconds) * TimeText.microsPerSecond + micros
            return Int64(days) * TimeText.microsPerDay + clock
        }
    }

    /// Microseconds since 1970 of the whole text, in UTC where it has an offset; nil where it does not follow the pattern or is no real time.
    func read(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
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
        return index == text.count ? reading.utcMicros : nil
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
        if sign == UInt8(ascii: "Z") { return true }
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

    // MARK: Writing

    /// Appends a time; `%z` writes the offset of UTC.
    func write(_ micros: Int64, to output: inout TextOutput) {
        let (day, clock) = TimeKernels.split(micros)
        let date = CivilDate(daysSinceEpoch: day)
        let seconds = Int(clock / TimeText.microsPerSecond)
        for part in parts {
            guard case .field(let letter, let isPlain) = part else {
                if case .bytes(let bytes) = part { output.append(bytes) }
                continue
            }
            func number(_ value: Int, _ width: Int) {
                output.append(value, width: isPlain ? 1 : width)
            }
            let hour = seconds / 3600
            switch letter {
            case UInt8(ascii: "Y"): number(date.year, 4)
            case UInt8(ascii: "y"): number((date.year % 100 + 100) % 100, 2)
            case UInt8(ascii: "m"): number(date.month, 2)
            case UInt8(ascii: "d"): number(date.day, 2)
            case UInt8(ascii: "j"): number(date.dayOfYear, 3)
            case UInt8(ascii: "H"): number(hour, 2)
            case UInt8(ascii: "I"): number((hour + 11) % 12 + 1, 2)
            case UInt8(ascii: "M"): number(seconds / 60 % 60, 2)
            case UInt8(ascii: "S"): number(seconds % 60, 2)
            case UInt8(ascii: "f"): number(Int(clock % TimeText.microsPerSecond), 6)
            case UInt8(ascii: "b"): output.append(Array(Self.months[date.month - 1][..<3]))
            case UInt8(ascii: "B"): output.append(Self.months[date.month - 1])
            case UInt8(ascii: "a"): output.append(Array(Self.weekdays[date.isoWeekday - 1][..<3]))
            case UInt8(ascii: "A"): output.append(Self.weekdays[date.isoWeekday - 1])
            case UInt8(ascii: "p"): output.append(hour < 12 ? "AM" : "PM")
            default: output.append("+0000")
            }
        }
    }
}

extension Call {
    /// A constant pattern of times.
    func timePattern(_ index: Int) throws(ExpressionError) -> TimePattern {
        let text = try constantText(index)
        let (pattern, place) = TimePattern.parse(text)
        guard let pattern else {
            throw ExpressionError(
                .typeError, "unknown field at character \(place) of the pattern \(text.quotedForMessage)", syntax[index].range,
                remedy: "fields: " + TimePattern.manual)
        }
        return pattern
    }
}
