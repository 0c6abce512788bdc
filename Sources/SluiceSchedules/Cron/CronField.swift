import SluiceCore

/// What a field of a cron expression may hold.
struct CronField {
    var name: String
    var range: ClosedRange<Int>
    /// Names in the order of their numbers from the lowest on.
    var names: [String] = []
    /// The same names in full, which are only suggested.
    var longNames: [String] = []

    static let seconds = CronField(name: "second", range: 0...59)
    static let minutes = CronField(name: "minute", range: 0...59)
    static let hours = CronField(name: "hour", range: 0...23)
    static let monthDays = CronField(name: "day of the month", range: 1...31)
    static let months = CronField(
        name: "month", range: 1...12, names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
        longNames: [
            "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE", "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER",
        ])
    static let dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
    static let longDayNames = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"]
    /// 0 and 7 are Sunday (crontab(5)).
    static let weekdays = CronField(name: "day of the week", range: 0...7, names: dayNames, longNames: longDayNames)
    /// 1 is Sunday (EventBridge).
    static let awsWeekdays = CronField(name: "day of the week", range: 1...7, names: dayNames, longNames: longDayNames)
    static let years = CronField(name: "year", range: ScheduleLimits.years)

    /// The numbers of a field, each as the bit of its place; for fields whose numbers are below 64.
    func bits(_ field: Piece) throws(ScheduleSyntaxError) -> UInt64 {
        if let bits = plainBits(field) { return bits }
        return try values(field).reduce(0) { $0 | 1 << UInt64($1) }
    }

    /// Of `*` and of a single number, which most fields are; nil for all others, right or wrong.
    func plainBits(_ field: Piece) -> UInt64? {
        if field.isSign("*") { return (UInt64.max >> UInt64(63 - range.upperBound)) & (UInt64.max << UInt64(range.lowerBound)) }
        guard let number = field.number, range.contains(number) else { return nil }
        return 1 << UInt64(number)
    }

    /// The numbers of a list such as `1,5-10/2,*/15`.
    func values(_ field: Piece) throws(ScheduleSyntaxError) -> Set<Int> {
        var found: Set<Int> = []
        for item in field.split(",") { found.formUnion(try item.isEmpty ? throwEmpty(field) : itemValues(item)) }
        return found
    }

    private func throwEmpty(_ field: Piece) throws(ScheduleSyntaxError) -> Set<Int> {
        throw field.error("the list of \(name)s \(field.text.quotedForMessage) has an empty item", remedy: "remove the comma")
    }

    /// The numbers of one item of a list.
    func itemValues(_ item: Piece) throws(ScheduleSyntaxError) -> Set<Int> {
        let parts = item.split("/")
        guard parts.count <= 2 else {
            throw item.error("\(item.text.quotedForMessage) has more than one step", remedy: "write for example */15")
        }
        if parts.count == 2, parts[0].isEmpty {
            throw item.error("\(item.text.quotedForMessage) has a step of nothing", remedy: "did you mean *\(item.text)?")
        }
        let bounds = try bounds(parts[0], hasStep: parts.count == 2)
        guard parts.count == 2 else { return Set(bounds) }
        let width = range.upperBound - range.lowerBound + 1
        guard let step = parts[1].number, step > 0 else {
            throw (parts[1].isEmpty ? item : parts[1]).error(
                "the step \(parts[1].text.quotedForMessage) is no number of 1 or more", remedy: "write for example */15")
        }
        guard step < width || step == 1 else {
            throw parts[1].error(
                "a step of \(step) is longer than all \(name)s, of which there are \(width)", remedy: stepRemedy(step, width))
        }
        return Set(stride(from: bounds.first ?? 0, through: bounds.last ?? 0, by: step))
    }

    /// Lengths of time that are no part of the next longer one are rates.
    private func stepRemedy(_ step: Int, _ width: Int) -> String {
        let isTime = [Self.seconds.name, Self.minutes.name, Self.hours.name].contains(name)
        return isTime ? "every \(step) \(name)s is rate(\(step) \(name)s)" : "write a step below \(width)"
    }

    /// Ascending; a range over the end (`FRI-MON`, `22-2`) goes on at the beginning.
    private func bounds(_ piece: Piece, hasStep: Bool) throws(ScheduleSyntaxError) -> [Int] {
        if piece.text == "*" { return Array(range) }
        let ends = piece.split("-")
        guard ends.count <= 2 else {
            throw piece.error(
                "\(piece.text.quotedForMessage) is no range", remedy: "write for example \(range.lowerBound)-\(range.upperBound)")
        }
        let first = try number(ends[0], of: piece)
        guard ends.count == 2 else { return hasStep ? Array(first...max(first, range.upperBound)) : [first] }
        let last = try number(ends[1], of: piece)
        guard first > last else { return Array(first...last) }
        if hasStep || name == Self.years.name {
            throw piece.error(
                "the range \(piece.text.quotedForMessage) ends before it begins",
                remedy: "swap the ends, or list both parts: \(first)-\(range.upperBound),\(range.lowerBound)-\(last)")
        }
        return Array(first...range.upperBound) + Array(range.lowerBound...last)
    }

    /// A number or a name.
    func number(_ piece: Piece, of whole: Piece? = nil) throws(ScheduleSyntaxError) -> Int {
        if let number = piece.number {
            guard range.contains(number) else { throw outside(piece, number) }
            return number
        }
        let text = piece.text.uppercased()
        if let index = names.firstIndex(of: text) { return range.lowerBound + index }
        if text.isEmpty, let whole {
            throw whole.error(
                "\(whole.text.quotedForMessage) lacks \(article) \(name)",
                remedy: "write for example \(names.dropFirst().first ?? "\(range.lowerBound)")")
        }
        throw piece.error("\(piece.text.quotedForMessage) is no \(name)", remedy: remedy(for: text))
    }

    /// The short name of a long one that is nearly so.
    private func longName(near text: String) -> String? {
        let near = Suggestion.nearest(to: text, in: longNames)
        return near.flatMap { longNames.firstIndex(of: $0) }.map { names[$0] }
    }

    /// The name's.
    private var article: String { name == Self.hours.name ? "an" : "a" }

    private func outside(_ piece: Piece, _ number: Int) -> ScheduleSyntaxError {
        var remedy = "\(article) \(name) is from \(range.lowerBound) to \(range.upperBound)"
        if name == Self.hours.name, number == 24 { remedy += "; midnight is 0" }
        if name == Self.minutes.name || name == Self.seconds.name, number == 60 { remedy += "; the full one is 0" }
        if name == Self.weekdays.name, number == 0 { remedy += ", and Sunday is 1 in this form" }
        return piece.error("\(number) is no \(name)", remedy: remedy)
    }

    private func remedy(for text: String) -> String {
        // Whole words are near their first three letters.
        let long = names.first { text.count > 3 && text.hasPrefix($0) }
        if let near = long ?? Suggestion.nearest(to: text, in: names) ?? longName(near: text) { return "did you mean \"\(near)\"?" }
        let numbers = "\(article) \(name) is a number from \(range.lowerBound) to \(range.upperBound)"
        return names.isEmpty ? numbers : numbers + ", or a name such as \(names[1])"
    }
}
