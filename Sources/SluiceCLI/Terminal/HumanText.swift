import SluiceCore

/// Numbers as people read them. Units are decimal: 1 kB is 1000 bytes.
enum HumanText {
    /// `1,234,567`.
    static func grouped(_ number: some BinaryInteger) -> String {
        let digits = Array(String(number.magnitude).utf8)
        var text: [UInt8] = number < 0 ? [UInt8(ascii: "-")] : []
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(UInt8(ascii: ",")) }
            text.append(digit)
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// `950`, `1.2 k`, `34 M`: at most three digits and a unit.
    static func short(_ number: Double) -> String { scaled(number, units: ["", "k", "M", "G", "T"]) }

    /// `950 B`, `3.4 MB`.
    static func bytes(_ count: some BinaryInteger) -> String { bytes(Double(count)) }

    static func bytes(_ count: Double) -> String { scaled(count, units: ["B", "kB", "MB", "GB", "TB"]) }

    /// `1 row`, `1,234 rows`; `plural` for words that do not take an s.
    static func count(_ number: some BinaryInteger, _ noun: String, plural: String? = nil) -> String {
        grouped(number) + " " + (number == 1 ? noun : plural ?? noun + "s")
    }

    /// `12 ms`, `1.23 s`, `45.6 s`, `2 min 5 s`, `1 h 3 min`.
    static func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "0 s" }
        if seconds < 0.9995 { return "\(Int((seconds * 1000).rounded())) ms" }
        if seconds < 9.995 { return decimal(seconds, places: 2) + " s" }
        if seconds < 59.95 { return decimal(seconds, places: 1) + " s" }
        let whole = Int(min(seconds, 1e12).rounded())
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }

    /// `0:07`, `12:34`, `3:05:00`: a clock that counts down.
    static func clock(seconds: Double) -> String {
        let whole = Int(min(max(0, seconds), 359_999).rounded(.up))
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        let tail = rest < 10 ? "0\(rest)" : "\(rest)"
        return hours == 0 ? "\(minutes):\(tail)" : "\(hours):\(minutes < 10 ? "0" : "")\(minutes):\(tail)"
    }

    /// A number with a fixed number of digits behind the point.
    static func decimal(_ number: Double, places: Int) -> String {
        var scale = 1
        for _ in 0..<places { scale *= 10 }
        let units = Int((number * Double(scale)).rounded())
        if places == 0 { return String(units) }
        let fraction = String(units.magnitude % scale.magnitude)
        let zeros = String(repeating: "0", count: places - fraction.utf8.count)
        return (units < 0 ? "-" : "") + "\(units.magnitude / scale.magnitude)." + zeros + fraction
    }

    private static func scaled(_ number: Double, units: [String]) -> String {
        var (rest, unit) = (max(0, number), 0)
        while rest >= 999.5, unit < units.count - 1 { (rest, unit) = (rest / 1000, unit + 1) }
        let places = unit == 0 || rest >= 9.95 ? 0 : 1
        return decimal(min(rest, 1e15), places: places) + (units[unit].isEmpty ? "" : " " + units[unit])
    }

    /// `2024-05-06 12:34:56Z`, or without seconds; in UTC.
    static func time(micros: Int64, hasSeconds: Bool = true) -> String {
        var bytes: [UInt8] = []
        let seconds = micros - ((micros % TimeText.microsPerSecond) + TimeText.microsPerSecond) % TimeText.microsPerSecond
        TimeText.append(micros: seconds, zoned: false, to: &bytes)
        if !hasSeconds { bytes.removeLast(3) }
        return String(decoding: bytes, as: UTF8.self).replacing("T", with: " ") + "Z"
    }
}
