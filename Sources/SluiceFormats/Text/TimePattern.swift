import SluiceCore

/// A date or timestamp pattern in the notation of POSIX `strptime`, compiled once.
///
/// `%Y` four digits, `%y` two (1969...2068), `%m %d %H %I %M %S` one or two, `%j` day of year, `%b %B` English month names, `%f` fraction of a
/// second (1 to 6 digits), `%p` AM or PM, `%z` offset (`Z`, `+hhmm`, `+hh:mm`), `%%`; everything else stands for itself.
struct TimePattern: Hashable, Sendable {
    private enum Step: Hashable, Sendable {
        case literal(UInt8)
        case part(UInt8)
    }

    private let steps: [Step]
    let text: String

    private static let parts = Set("YymdHIMSjbBfpz".utf8)
    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
    ].map { Array($0.utf8) }

    /// - Throws: `invalidOption` for a part that is not known or a pattern without a day.
    init(_ text: String, option: String) throws(SluiceError) {
        var steps: [Step] = []
        var bytes = text.utf8.makeIterator()
        while let byte = bytes.next() {
            guard byte == UInt8(ascii: "%") else {
                steps.append(.literal(byte))
                continue
            }
            guard let part = bytes.next(), part == UInt8(ascii: "%") || Self.parts.contains(part) else {
                throw SluiceError(
                    .invalidOption, "unknown part in the \(option) \(text.quotedForMessage)",
                    remedy: "parts are %Y %y %m %d %b %B %j %H %I %M %S %f %p %z %%, as in %d/%m/%Y")
            }
            steps.append(part == UInt8(ascii: "%") ? .literal(part) : .part(part))
        }
        let named = Set(steps.compactMap { step in if case .part(let part) = step { part } else { UInt8?.none } })
        let hasMonth = named.contains(UInt8(ascii: "m")) || named.contains(UInt8(ascii: "b")) || named.contains(UInt8(ascii: "B"))
        let hasDay = named.contains(UInt8(ascii: "j")) || (named.contains(UInt8(ascii: "d")) && hasMonth)
        guard hasDay, named.contains(UInt8(ascii: "Y")) || named.contains(UInt8(ascii: "y")) else {
            throw SluiceError(
                .invalidOption, "the \(option) \(text.quotedForMessage) does not name a day",
                remedy: "it needs year, month and day, as in %d/%m/%Y"
            )
        }
        self.steps = steps
        self.text = text
    }

    /// The fields as they are read.
    private struct Reading {
        var year = 1970
        var month = 1
        var day = 1
        var dayOfYear: Int?
        var hour = 0
        var minute = 0
        var second = 0
        var micros = 0
        var isAfternoon: Bool?
        var offsetSeconds: Int?
    }

    /// The whole text, or nil when it does not follow the pattern or names no real day or time.
    func parse(_ text: UnsafeBufferPointer<UInt8>) -> TimeText.Timestamp? {
        var reading = Reading()
        var index = 0
        for step in steps {
            switch step {
            case .literal(let byte):
                guard index < text.count, text[index] == byte else { return nil }
                index += 1
            case .part(let part):
                guard read(part, text, &index, &reading) else { return nil }
            }
        }
        guard index == text.count else { return nil }
        return finish(reading)
    }

    private func read(_ part: UInt8, _ text: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ reading: inout Reading) -> Bool {
        func number(_ digits: ClosedRange<Int>) -> Int? { Self.number(text, &index, digits) }
        switch part {
        case UInt8(ascii: "Y"): return assign(number(4...4), 0...9999, &reading.year)
        case UInt8(ascii: "y"):
            guard let short = number(2...2) else { return false }
            reading.year = short + (short < 69 ? 2000 : 1900)
        case UInt8(ascii: "m"): return assign(number(1...2), 1...12, &reading.month)
        case UInt8(ascii: "d"): return assign(number(1...2), 1...31, &reading.day)
        case UInt8(ascii: "H"): return assign(number(1...2), 0...23, &reading.hour)
        case UInt8(ascii: "I"): return assign(number(1...2), 1...12, &reading.hour)
        case UInt8(ascii: "M"): return assign(number(1...2), 0...59, &reading.minute)
        case UInt8(ascii: "S"): return assign(number(1...2), 0...59, &reading.second)
        case UInt8(ascii: "j"):
            guard let day = number(1...3), day >= 1 else { return false }
            reading.dayOfYear = day
        case UInt8(ascii: "f"):
            let start = index
            guard var micros = number(1...6) else { return false }
            for _ in (index - start)..<6 { micros *= 10 }
            reading.micros = micros
        case UInt8(ascii: "b"), UInt8(ascii: "B"):
            guard let month = Self.month(text, &index, isShort: part == UInt8(ascii: "b")) else { return false }
            reading.month = month
        case UInt8(ascii: "p"):
            guard index + 2 <= text.count, text[index + 1] | 0x20 == UInt8(ascii: "m") else { return false }
            let letter = text[index] | 0x20
            guard letter == UInt8(ascii: "a") || letter == UInt8(ascii: "p") else { return false }
            reading.isAfternoon = letter == UInt8(ascii: "p")
            index += 2
        default:
            guard let offset = Self.offset(text, &index) else { return false }
            reading.offsetSeconds = offset
        }
        return true
    }

    private func assign(_ number: Int?, _ range: ClosedRange<Int>, _ target: inout Int) -> Bool {
        guard let number, range.contains(number) else { return false }
        target = number
        return true
    }

    private func finish(_ reading: Reading) -> TimeText.Timestamp? {
        var days: Int
        if let dayOfYear = reading.dayOfYear {
            guard dayOfYear <= (CivilDate.isLeap(reading.year) ? 366 : 365),
                let first = CivilDate(year: reading.year, month: 1, day: 1)
            else { return nil }
            days = first.daysSinceEpoch + dayOfYear - 1
        } else {
            guard let date = CivilDate(year: reading.year, month: reading.month, day: reading.day) else { return nil }
            days = date.daysSinceEpoch
        }
        var hour = reading.hour
        if let isAfternoon = reading.isAfternoon { hour = hour % 12 + (isAfternoon ? 12 : 0) }
        let seconds = Int64(hour * 3600 + reading.minute * 60 + reading.second)
        return TimeText.Timestamp(
            wallMicros: Int64(days) * TimeText.microsPerDay + seconds * TimeText.microsPerSecond + Int64(reading.micros),
            offsetSeconds: reading.offsetSeconds)
    }

    private static func number(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ digits: ClosedRange<Int>) -> Int? {
        let start = index
        var value = 0
        while index < text.count, index - start < digits.upperBound, text[index] &- 0x30 < 10 {
            value = value * 10 + Int(text[index] &- 0x30)
            index += 1
        }
        return index - start >= digits.lowerBound ? value : nil
    }

    private static func month(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int, isShort: Bool) -> Int? {
        for (number, name) in months.enumerated() {
            let expected = isShort ? name[..<3] : name[...]
            guard index + expected.count <= text.count else { continue }
            if zip(text[index...], expected).allSatisfy({ $0 | 0x20 == $1 }) {
                index += expected.count
                return number + 1
            }
        }
        return nil
    }

    private static func offset(_ text: UnsafeBufferPointer<UInt8>, _ index: inout Int) -> Int? {
        guard index < text.count else { return nil }
        if text[index] | 0x20 == UInt8(ascii: "z") {
            index += 1
            return 0
        }
        let sign = text[index] == UInt8(ascii: "-") ? -1 : text[index] == UInt8(ascii: "+") ? 1 : 0
        index += 1
        guard sign != 0, let hours = number(text, &index, 2...2), hours <= 18 else { return nil }
        if index < text.count, text[index] == UInt8(ascii: ":") { index += 1 }
        guard let minutes = number(text, &index, 2...2), minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
