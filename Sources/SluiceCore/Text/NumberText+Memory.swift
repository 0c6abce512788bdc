/// Numbers as text straight into memory, for writers of whole columns.
extension NumberText {
    /// The longest text of an integer, and of a double.
    public static let maximumIntegerBytes = 20
    public static let maximumDoubleBytes = 32

    /// `00`, `01`, … `99`.
    @usableFromInline static let pairs: StaticString = """
        0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
        5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899
        """

    /// How many digits a number has; 1 for 0.
    @inlinable @inline(__always)
    public static func digitCount(_ number: UInt64) -> Int {
        if number < 10 { return 1 }
        if number < 100 { return 2 }
        if number < 1_000 { return 3 }
        if number < 10_000 { return 4 }
        if number < 100_000 { return 5 }
        var (count, rest) = (5, number / 100_000)
        while rest > 0 {
            count += 1
            rest /= 10
        }
        return count
    }

    /// How many bytes `write` makes of an integer.
    @inlinable @inline(__always)
    public static func byteCount(_ value: Int64) -> Int { digitCount(value.magnitude) + (value < 0 ? 1 : 0) }

    /// Writes an integer and returns where its text ends. There is room for `maximumIntegerBytes`.
    @inlinable @inline(__always)
    public static func write(_ value: Int64, at target: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var start = target
        if value < 0 {
            start.initialize(to: UInt8(ascii: "-"))
            start += 1
        }
        return write(value.magnitude, digits: digitCount(value.magnitude), at: start)
    }

    /// Writes the last `digits` digits of a number, with leading zeros.
    @inlinable @inline(__always)
    public static func write(_ number: UInt64, digits: Int, at target: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        let table = pairs.utf8Start
        var rest = number
        var place = digits
        while place >= 2 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            place -= 2
            (target + place).initialize(to: table[Int(truncatingIfNeeded: pair) &* 2])
            (target + place + 1).initialize(to: table[Int(truncatingIfNeeded: pair) &* 2 &+ 1])
            rest = quotient
        }
        if place == 1 { target.initialize(to: 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)) }
        return target + digits
    }

    /// Writes the shortest text that reads back as the same double, as `append` does, and returns where it ends. There is room for
    /// `maximumDoubleBytes`.
    public static func write(_ value: Double, at target: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        // Decimals of at most 15 digits name different doubles, so one of them that is the value is its shortest text.
        var (scale, power) = (0, 1.0)
        while scale <= 6 {
            let scaled = (value * power).rounded()
            guard scaled.magnitude < 1e15 else { break }
            if scaled / power == value, scaled != 0 || value.sign == .plus {
                return write(unscaled: Int64(scaled), scale: scale, at: target)
            }
            (scale, power) = (scale + 2, power * 100)
        }
        var end = target
        for byte in value.description.utf8 {
            end.initialize(to: byte)
            end += 1
        }
        return end
    }

    /// A decimal without zeros at its end, but for one behind the point.
    private static func write(unscaled: Int64, scale: Int, at target: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var (power, places) = (UInt64(1), scale)
        for _ in 0..<scale { power *= 10 }
        let whole = unscaled.magnitude / power
        var fraction = unscaled.magnitude % power
        var end = target
        if unscaled < 0 {
            end.initialize(to: UInt8(ascii: "-"))
            end += 1
        }
        end = write(whole, digits: digitCount(whole), at: end)
        end.initialize(to: UInt8(ascii: "."))
        end += 1
        while places > 1, fraction % 10 == 0 { (fraction, places) = (fraction / 10, places - 1) }
        return write(fraction, digits: max(places, 1), at: end)
    }
}
