import SluiceCore

/// Reads cron expressions: five fields (minute, hour, day of the month, month, day of the week), six with seconds before them, and the six of
/// AWS with years behind them.
enum CronParser {
    private static let macros = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0", "@daily": "0 0 * * *",
        "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]

    /// - Throws: What is wrong, with its place; also where no date is ever matched.
    static func plain(_ piece: Piece) throws(ScheduleSyntaxError) -> CronExpression {
        if piece.scalars.first == "@" {
            guard let text = macros[piece.text.lowercased()] else {
                throw piece.error(
                    "there is no schedule \(piece.text.quotedForMessage)",
                    remedy: ScheduleAdvice.remedy(for: piece.text, macros: macros.keys)
                        ?? Suggestion.remedy(for: piece.text, in: macros.keys.sorted(), noun: "there are"))
            }
            return try plain(Piece(text))
        }
        let fields = piece.words
        guard fields.count == 5 || fields.count == 6 && fields[0].text.lowercased() != "cron" else { throw wrongCount(piece, fields) }
        let rest = fields.suffix(5).map(\.self)
        do throws(ScheduleSyntaxError) {
            return try expression(
                seconds: fields.count == 6 ? fields[0] : nil, rest, weekdays: .weekdays, years: nil, isAWS: false, whole: piece)
        } catch {
            guard fields.count == 6, let remedy = sixFields(fields, piece) else { throw error }
            throw ScheduleSyntaxError(error.message, error.range, remedy: remedy)
        }
    }

    /// What the sixth field may have been meant for, where it makes seconds of the first one.
    private static func sixFields(_ fields: [Piece], _ piece: Piece) -> String? {
        // Behind seconds, the fields for days are the fourth and the sixth; where a year is the last one, the third and the fifth.
        if fields[2].isSign("?") || fields[4].isSign("?") { return "the form of AWS stands in cron(…): cron(\(piece.text))" }
        guard CronField.dayNames.contains(String(fields[4].text.uppercased().prefix(3))) else { return nil }
        return "of six fields the first one means seconds; a list has commas and no blanks, such as MON,TUE"
    }

    /// The form of EventBridge and Glue: minutes, hours, day of the month, month, day of the week, year.
    static func aws(_ piece: Piece) throws(ScheduleSyntaxError) -> CronExpression {
        let fields = piece.words
        guard fields.count == 6 else {
            let remedy =
                (fields.count == 5 ? awsForm(of: fields) : nil).map { "the form in cron(…) has a year as its sixth field: cron(\($0))" }
                ?? "minutes, hours, day of the month, month, day of the week, year"
            throw piece.error("cron(…) has six fields, and here are \(fields.count)", remedy: remedy)
        }
        let (day, weekday) = (fields[2], fields[4])
        guard (day.text == "?") != (weekday.text == "?") else {
            throw weekday.error(
                "one of the day of the month and the day of the week has to be ?, and the other one not",
                remedy: day.text == "?" ? "write * for one of them" : "write ? for the one that does not matter")
        }
        return try expression(seconds: nil, Array(fields[0..<5]), weekdays: .awsWeekdays, years: fields[5], isAWS: true, whole: piece)
    }

    /// Five fields in the other form, where weekdays are counted in another way; nil where it has no place for a `?`.
    private static func awsForm(of fields: [Piece]) -> String? {
        var words = fields.map(\.text)
        if words[2] != "?", words[4] != "?" {
            if words[4] == "*" { words[4] = "?" } else if words[2] == "*" { words[2] = "?" }
        }
        return (words[2] == "?") != (words[4] == "?") ? (words + ["*"]).joined(separator: " ") : nil
    }

    private static func wrongCount(_ piece: Piece, _ fields: [Piece]) -> ScheduleSyntaxError {
        let form = "minute, hour, day of the month, month, day of the week"
        // What was meant is plain where somebody writes a time, or a length of time.
        let isTime = ScheduleAdvice.isTime(piece.text)
        if let remedy = ScheduleAdvice.remedy(for: piece.text, macros: macros.keys) {
            return piece.error("\(piece.text.quotedForMessage) is \(isTime ? "a time, and no" : "no") cron expression", remedy: remedy)
        }
        guard fields.count > 6 else {
            return piece.error(
                "a cron expression has five or six fields, and here \(fields.count == 1 ? "is" : "are") \(fields.count)",
                remedy: fields.count <= 1 ? "write for example 30 2 * * *, rate(1 hour) or at(2030-01-01T00:00)" : "they are \(form)")
        }
        return ScheduleSyntaxError(
            "a cron expression has five or six fields, and here are \(fields.count)",
            fields[6].range.lowerBound..<(fields.last?.range.upperBound ?? 0), remedy: "they are [second,] \(form)")
    }

    private static func expression(
        seconds: Piece?, _ fields: [Piece], weekdays: CronField, years: Piece?, isAWS: Bool, whole: Piece
    ) throws(ScheduleSyntaxError) -> CronExpression {
        var days = CronDays()
        try CronDayFields.readMonthDays(fields[2], into: &days)
        try CronDayFields.readWeekdays(fields[4], weekdays, isAWS: isAWS, into: &days)
        let months = UInt16(try CronField.months.bits(fields[3]))
        var expression = CronExpression(
            seconds: try seconds.map { piece throws(ScheduleSyntaxError) in try CronField.seconds.bits(piece) } ?? 1,
            minutes: try CronField.minutes.bits(fields[0]), hours: UInt32(try CronField.hours.bits(fields[1])), months: months, days: days)
        if let years, years.text != "*" { expression.years = try CronField.years.values(years) }
        guard expression.isPossible else { throw impossible(fields, years, expression, whole) }
        return expression
    }

    private static func impossible(
        _ fields: [Piece], _ years: Piece?, _ expression: CronExpression, _ whole: Piece
    ) -> ScheduleSyntaxError {
        var anyYear = expression
        anyYear.years = nil
        if let years, anyYear.isPossible {
            return years.error("there is no such date in \(years.text)", remedy: "February 29 is in leap years only")
        }
        let month = fields[3].text
        let longest = (1...12).filter { expression.months >> UInt16($0) & 1 == 1 }.map { CivilDate.daysInMonth($0, of: 2000) }.max() ?? 31
        return fields[2].error(
            "no date is ever met: there is no day \(fields[2].text) in month \(month)",
            remedy: "the longest of these months has \(longest) days; L is the last day of any month")
    }
}

/// The two fields for days, with their signs for places in a month.
enum CronDayFields {
    /// `*`, `?`, `1,15`, `L`, `L-3`, `15W`, `LW`.
    static func readMonthDays(_ field: Piece, into days: inout CronDays) throws(ScheduleSyntaxError) {
        if field.scalars.first == "*" || field.isSign("?") { days.leavesMonthDays = true }
        if field.isSign("?") {
            days.monthDays = ~1
            return
        }
        if let bits = CronField.monthDays.plainBits(field) {
            days.monthDays = UInt32(bits)
            return
        }
        for item in field.split(",") {
            let text = item.text.uppercased()
            if text == "L" {
                days.fromEnd |= 1
            } else if text == "LW" || text == "WL" {
                days.hasLastWeekday = true
            } else if text.hasPrefix("L-") {
                let number = Piece(item.scalars.dropFirst(2))
                guard let back = number.number, (1...30).contains(back) else {
                    throw item.error("\(item.text.quotedForMessage) is no day before the last", remedy: "write L-1 to L-30")
                }
                days.fromEnd |= 1 << UInt32(back)
            } else if text.hasSuffix("W") {
                let number = Piece(item.scalars.dropLast())
                guard let day = number.number, (1...31).contains(day) else {
                    throw item.error("\(item.text.quotedForMessage) is no weekday near a day", remedy: "write for example 15W, or LW")
                }
                days.nearest |= 1 << UInt32(day)
            } else if text == "?" {
                throw item.error("? stands alone in its field")
            } else if item.isEmpty {
                throw field.error("the list of days \(field.text.quotedForMessage) has an empty item", remedy: "remove the comma")
            } else {
                for day in try CronField.monthDays.itemValues(item) { days.monthDays |= 1 << UInt32(day) }
            }
        }
    }

    /// `*`, `?`, `MON-FRI`, `5L`, `L` (Saturday), `2#1`.
    static func readWeekdays(_ field: Piece, _ kind: CronField, isAWS: Bool, into days: inout CronDays) throws(ScheduleSyntaxError) {
        func day(_ number: Int) -> Int { isAWS ? number - 1 : number % 7 }
        if field.scalars.first == "*" || field.isSign("?") { days.leavesWeekdays = true }
        if field.isSign("*") || field.isSign("?") {
            days.weekdays = 0x7F
            return
        }
        if let number = field.number, kind.range.contains(number) {
            days.weekdays = 1 << UInt8(day(number))
            return
        }
        for item in field.split(",") {
            let text = item.text.uppercased()
            let parts = item.split("#")
            if parts.count == 2 {
                guard let ordinal = parts[1].number, (1...5).contains(ordinal) else {
                    throw item.error(
                        "\(item.text.quotedForMessage) is no n-th day of a month", remedy: "write for example MON#1; n is from 1 to 5")
                }
                days.ordinals |= 1 << UInt64(8 * ordinal + day(try kind.number(parts[0], of: item)))
            } else if text == "L" {
                days.weekdays |= 1 << 6
            } else if text.hasSuffix("L"), text.count > 1 {
                days.lastWeekdays |= 1 << UInt8(day(try kind.number(Piece(item.scalars.dropLast()), of: item)))
            } else if text == "?" {
                throw item.error("? stands alone in its field")
            } else if item.isEmpty {
                throw field.error("the list of days \(field.text.quotedForMessage) has an empty item", remedy: "remove the comma")
            } else {
                for number in try kind.itemValues(item) { days.weekdays |= 1 << UInt8(day(number)) }
            }
        }
    }
}
