import SluiceCore

extension TimePattern {
    /// Appends a time; `%z` writes the offset of UTC.
    func write(_ micros: Int64, to output: inout TextOutput) {
        let (day, clock) = TimeKernels.split(micros)
        let date = CivilDate(daysSinceEpoch: day)
        let seconds = Int(clock / TimeText.microsPerSecond)
        for part in parts {
            guard case .field(let letter, let isPlain) = part else {
                if case .bytes(let bytes) = part { output.append(bytes) }
                continue
            }
            func number(_ value: Int, _ width: Int) {
                output.append(value, width: isPlain ? 1 : width)
            }
            let hour = seconds / 3600
            switch letter {
            case UInt8(ascii: "Y"): number(date.year, 4)
            case UInt8(ascii: "y"): number((date.year % 100 + 100) % 100, 2)
            case UInt8(ascii: "m"): number(date.month, 2)
            case UInt8(ascii: "d"): number(date.day, 2)
            case UInt8(ascii: "j"): number(date.dayOfYear, 3)
            case UInt8(ascii: "H"): number(hour, 2)
            case UInt8(ascii: "I"): number((hour + 11) % 12 + 1, 2)
            case UInt8(ascii: "M"): number(seconds / 60 % 60, 2)
            case UInt8(ascii: "S"): number(seconds % 60, 2)
            case UInt8(ascii: "f"): number(Int(clock % TimeText.microsPerSecond), 6)
            case UInt8(ascii: "b"): output.append(Array(Self.months[date.month - 1][..<3]))
            case UInt8(ascii: "B"): output.append(Self.months[date.month - 1])
            case UInt8(ascii: "a"): output.append(Array(Self.weekdays[date.isoWeekday - 1][..<3]))
            case UInt8(ascii: "A"): output.append(Self.weekdays[date.isoWeekday - 1])
            case UInt8(ascii: "p"): output.append(hour < 12 ? "AM" : "PM")
            default: output.append("+0000")
            }
        }
    }
}

extension Call {
    /// A constant pattern of times.
    func timePattern(_ index: Int) throws(ExpressionError) -> TimePattern {
        let text = try constantText(index)
        let (pattern, place) = TimePattern.parse(text)
        guard let pattern else {
            throw ExpressionError(
                .typeError, "unknown field at character \(place) of the pattern \(text.quotedForMessage)", syntax[index].range,
                remedy: "fields: " + TimePattern.manual)
        }
        return pattern
    }
}
