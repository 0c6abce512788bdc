import SluiceCore

/// A time as signatures write it: `20150830T123600Z`, and its day.
struct SigningTime: Hashable, Sendable {
    let text: String

    /// - Parameter micros: Since 1970; times before count as 1970.
    init(micros: Int64) {
        let seconds = Int(max(0, micros) / 1_000_000)
        let date = CivilDate(daysSinceEpoch: seconds / 86_400)
        let time = seconds % 86_400
        func padded(_ number: Int, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        text =
            padded(date.year, 4) + padded(date.month) + padded(date.day) + "T" + padded(time / 3_600) + padded(time / 60 % 60)
            + padded(time % 60) + "Z"
    }

    var day: String { String(text.prefix(8)) }
}
