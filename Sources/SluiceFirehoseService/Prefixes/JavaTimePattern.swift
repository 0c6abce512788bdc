import SluiceCore

/// The part of Java's `DateTimeFormatter` patterns that names of folders need: years to fractions of a second, names of months and weekdays,
/// and texts in single quotes.
struct JavaTimePattern: Hashable, Sendable {
    private enum Part: Hashable, Sendable {
        case literal(String)
        case field(Character, count: Int)
    }

    private var parts: [Part] = []

    /// - Throws: What is wrong with the pattern, in words.
    init(_ text: String) throws(PatternFault) {
        var rest = text[...]
        while let first = rest.first {
            if first == "'" {
                parts.append(.literal(try Self.quoted(&rest)))
            } else if first.isASCII, first.isLetter {
                let run = rest.prefix { $0 == first }
                try Self.check(first, run.count)
                parts.append(.field(first, count: run.count))
                rest = rest[run.endIndex...]
            } else {
                guard !"[]{}#".contains(first) else { throw PatternFault("\(first) has a meaning in patterns that is not supported") }
                parts.append(.literal(String(first)))
                rest = rest.dropFirst()
            }
        }
    }

    /// Two quotes are one, inside and outside of a quoted text.
    private static func quoted(_ rest: inout Substring) throws(PatternFault) -> String {
        rest = rest.dropFirst()
        if rest.first == "'" {
            rest = rest.dropFirst()
            return "'"
        }
        var text = ""
        while let next = rest.first {
            rest = rest.dropFirst()
            guard next == "'" else {
                text.append(next)
                continue
            }
            guard rest.first == "'" else { return text }
            text.append("'")
            rest = rest.dropFirst()
        }
        throw PatternFault("a single quote is not closed")
    }

    private static func check(_ letter: Character, _ count: Int) throws(PatternFault) {
        let most: Int
        switch letter {
        case "y", "u", "Y": most = 4
        case "M", "L", "E": most = 4
        case "d", "H", "h", "k", "K", "m", "s": most = 2
        case "D": most = 3
        case "S": most = 9
        case "a": most = 1
        default: throw PatternFault("the letter \(letter) is not supported")
        }
        guard count <= most else { throw PatternFault("\(String(repeating: letter, count: count)) has too many letters") }
    }

    /// - Parameter local: Seconds since 1970 on the wall of the zone.
    func text(ofLocal local: Int64, micros: Int64) -> String {
        let day = Int((Double(local) / 86_400).rounded(.down))
        let time = Int(local) - day * 86_400
        let date = CivilDate(daysSinceEpoch: day)
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .field(let letter, let count): text += Self.field(letter, count, date, time, micros: micros)
            }
        }
        return text
    }

    private static func field(_ letter: Character, _ count: Int, _ date: CivilDate, _ time: Int, micros: Int64) -> String {
        let hour = time / 3_600
        switch letter {
        case "y", "u": return padded(year: date.year, count)
        case "Y": return padded(year: weekYear(date), count)
        case "M", "L":
            guard count >= 3 else { return padded(date.month, count) }
            let name = String(decoding: TimePattern.months[date.month - 1], as: UTF8.self)
            return count == 3 ? String(name.prefix(3)) : name
        case "E":
            let name = String(decoding: TimePattern.weekdays[date.isoWeekday - 1], as: UTF8.self)
            return count == 4 ? name : String(name.prefix(3))
        case "d": return padded(date.day, count)
        case "D": return padded(date.dayOfYear, count)
        case "H": return padded(hour, count)
        case "k": return padded(hour == 0 ? 24 : hour, count)
        case "h": return padded(hour % 12 == 0 ? 12 : hour % 12, count)
        case "K": return padded(hour % 12, count)
        case "a": return hour < 12 ? "AM" : "PM"
        case "m": return padded(time / 60 % 60, count)
        case "s": return padded(time % 60, count)
        default:
            let fraction = padded(Int(micros), 6) + "000"
            return String(fraction.prefix(count))
        }
    }

    /// The year of the week that a day is in: weeks begin on Sunday, and the one with January 1 is the first of its year. Source: `WeekFields` of
    /// Java for the locale `en-US`.
    private static func weekYear(_ date: CivilDate) -> Int {
        CivilDate(daysSinceEpoch: date.daysSinceEpoch + 6 - date.isoWeekday % 7).year
    }

    private static func padded(year: Int, _ count: Int) -> String { count == 2 ? padded(year % 100, 2) : padded(year, count) }

    private static func padded(_ number: Int, _ count: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
    }
}

/// What is wrong with a pattern, a prefix or a query.
struct PatternFault: Error, Hashable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
