/// A pattern of dates and times in the manner of C's `strftime`: `%d/%m/%Y %H:%M`; compiled once, read and written on bytes.
package struct TimePattern: Hashable, Sendable {
    /// Text that stands for itself, or a field of the time.
    package enum Part: Hashable, Sendable {
        case bytes([UInt8])
        /// The letter, and whether a number is written without leading zeros.
        case field(UInt8, isPlain: Bool)
    }

    /// The fields, for people.
    package static let manual =
        "%Y year, %y of two digits (69 to 99 are 1969 to 1999), %m month, %b Jan, %B January, %d day, %j day of the year, %a Mon, %A Monday, %H hour, %I hour of 12, %p AM, %M minute, %S second, %f fraction of a second, %z offset such as +0200 or Z, %F %Y-%m-%d, %T %H:%M:%S, %% a percent sign; %-d and the like are without leading zeros"

    private static let letters = Array("YymbBdjaAHIpMSfz".utf8)
    /// English names, January first.
    package static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ].map { Array($0.utf8) }
    /// English names, Monday first.
    package static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"].map { Array($0.utf8) }

    /// In the order of the text.
    package private(set) var parts: [Part] = []

    /// Nil with the place (in characters from 1) of a letter that means nothing.
    package static func parse(_ text: String) -> (pattern: TimePattern?, badPlace: Int) {
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

    /// Whether a field with this letter is in the pattern.
    package func has(_ letter: Character) -> Bool {
        parts.contains { if case .field(let own, _) = $0 { own == letter.asciiValue } else { false } }
    }

    /// Whether a text that follows the pattern names one day: year, and month with day or the day of the year.
    package var namesDay: Bool {
        let hasMonth = has("m") || has("b") || has("B")
        return (has("Y") || has("y")) && (has("j") || (has("d") && hasMonth))
    }
}
