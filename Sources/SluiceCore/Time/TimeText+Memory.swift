/// Dates and timestamps as text straight into memory, for writers of whole columns.
extension TimeText {
    /// The longest text of a timestamp: a year of six digits with its sign, microseconds, and a zone.
    public static let maximumBytes = 40

    /// Writes `yyyy-mm-dd` and returns where it ends. There is room for `maximumBytes`.
    public static func write(days: Int32, at target: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        let date = CivilDate(daysSinceEpoch: Int(days))
        var end = target
        if date.year < 0 { end = put(UInt8(ascii: "-"), at: end) }
        let year = UInt64(date.year.magnitude)
        end = NumberText.write(year, digits: max(4, NumberText.digitCount(year)), at: end)
        end = NumberText.write(UInt64(date.month), digits: 2, at: put(UInt8(ascii: "-"), at: end))
        return NumberText.write(UInt64(date.day), digits: 2, at: put(UInt8(ascii: "-"), at: end))
    }

    /// Writes `yyyy-mm-ddThh:mm:ss`, a fraction of 3 or 6 digits where there is one, `Z` when zoned, and returns where it ends. There is room
    /// for `maximumBytes`.
    public static func write(micros: Int64, zoned: Bool, at target: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var (day, rest) = micros.quotientAndRemainder(dividingBy: microsPerDay)
        if rest < 0 { (day, rest) = (day - 1, rest + microsPerDay) }
        var end = put(UInt8(ascii: "T"), at: write(days: Int32(truncatingIfNeeded: day), at: target))
        let (seconds, fraction) = UInt64(rest).quotientAndRemainder(dividingBy: UInt64(microsPerSecond))
        end = put(UInt8(ascii: ":"), at: NumberText.write(seconds / 3600, digits: 2, at: end))
        end = put(UInt8(ascii: ":"), at: NumberText.write(seconds / 60 % 60, digits: 2, at: end))
        end = NumberText.write(seconds % 60, digits: 2, at: end)
        if fraction != 0 {
            end = put(UInt8(ascii: "."), at: end)
            end =
                fraction % 1000 == 0
                ? NumberText.write(fraction / 1000, digits: 3, at: end) : NumberText.write(fraction, digits: 6, at: end)
        }
        return zoned ? put(UInt8(ascii: "Z"), at: end) : end
    }

    private static func put(_ byte: UInt8, at target: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        target.initialize(to: byte)
        return target + 1
    }
}
