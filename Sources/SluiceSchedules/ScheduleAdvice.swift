import SluiceCore

/// What a person may have meant by a text that is no schedule.
enum ScheduleAdvice {
    /// Seconds of the units of rates, and their names, the longest first.
    static let units: [(name: String, seconds: Int64)] = [
        ("week", 604_800), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1),
    ]

    /// `rate(5 minutes)` for `5 minutes`, `every 5 min`, `rate 5m`; nil for what is no length of time.
    static func rate(_ text: String) -> String? {
        var rest = Substring(text.lowercased())
        var isTold = false
        for word in ["@every ", "every ", "rate "] where rest.hasPrefix(word) {
            (rest, isTold) = (rest.dropFirst(word.count), true)
        }
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        let word = rest.dropFirst(digits.count).drop { $0 == " " }
        guard let unit = unit(String(word)), let count = digits.isEmpty && isTold ? 1 : Int64(digits), count > 0 else { return nil }
        return "rate(\(count) \(unit)\(count == 1 ? "" : "s"))"
    }

    /// A unit of rates by its beginning (`min`, `h`), or nearly.
    static func unit(_ word: String) -> String? {
        guard !word.isEmpty else { return nil }
        if let begun = units.first(where: { ($0.name + "s").hasPrefix(word) }) { return begun.name }
        let near = Suggestion.nearest(to: word, in: units.flatMap { [$0.name, $0.name + "s"] })
        return units.first { near?.hasPrefix($0.name) == true }?.name
    }

    /// The rate of a number with a fraction, in whole ones of a shorter unit; nil where there is none.
    static func wholeRate(_ number: String, unit seconds: Int64) -> String? {
        guard let value = Double(number), value > 0, value < 1e6 else { return nil }
        let length = (value * Double(seconds)).rounded()
        guard length >= 1, abs(length - value * Double(seconds)) < 1e-6 else { return nil }
        return units.first { Int64(length) % $0.seconds == 0 }.flatMap { rate("\(Int64(length) / $0.seconds) \($0.name)") }
    }

    /// Whether a text is a date with a time, as `at(…)` takes it.
    static func isTime(_ text: String) -> Bool { Array(text.utf8).withUnsafeBufferPointer { TimeText.timestamp($0) } != nil }

    /// What to write in place of a text that has not the fields of a cron expression; nil where nobody can tell.
    static func remedy(for text: String, macros: some Collection<String>) -> String? {
        let words = text.split { $0 == " " || $0 == "\t" }
        if isTime(text) { return "for one run at that time write at(\(text.replacing(" ", with: "T")))" }
        if let rate = rate(text) { return "did you mean \(rate)?" }
        let macro = (text.hasPrefix("@") ? "" : "@") + text.lowercased()
        if let known = macros.sorted().first(where: { macro.count > 2 && $0.hasPrefix(macro) }) { return "did you mean \(known)?" }
        if words.first?.lowercased() == "cron", words.count == 6 || words.count == 7 {
            let fields = words.dropFirst().joined(separator: " ")
            return "did you mean \(words.count == 6 ? fields : "cron(\(fields))")?"
        }
        let clock = text.split(separator: ":", omittingEmptySubsequences: false).map { Piece(String($0)).number }
        if clock.count == 2, let hour = clock[0], let minute = clock[1], hour < 24, minute < 60 {
            return "for each day at that time write \(minute) \(hour) * * *"
        }
        return nil
    }

    /// The zone of a fixed offset such as `UTC+2`, whose name has the other sign; nil for what is no offset of whole hours.
    static func zone(ofOffset text: String) -> String? {
        var rest = Substring(text.uppercased())
        for head in ["UTC", "GMT"] where rest.hasPrefix(head) { rest = rest.dropFirst(3) }
        guard let sign = rest.first, sign == "+" || sign == "-" else { return nil }
        rest = rest.dropFirst()
        if rest.hasSuffix(":00") { rest = rest.dropLast(3) } else if rest.count == 4, rest.hasSuffix("00") { rest = rest.dropLast(2) }
        guard rest.count <= 2, let hours = Piece(String(rest)).number, (1...(sign == "+" ? 14 : 12)).contains(hours) else { return nil }
        return "Etc/GMT\(sign == "+" ? "-" : "+")\(hours)"
    }
}
