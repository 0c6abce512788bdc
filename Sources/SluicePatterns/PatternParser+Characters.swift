/// Escapes and character classes.
extension PatternParser {
    func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    mutating func escape() throws(PatternError) -> PatternNode {
        index += 1
        guard let scalar = current else { throw failure("nothing stands behind the last backslash") }
        if scalar == "b" || scalar == "B" {
            index += 1
            return .assertion(scalar == "b" ? .wordBoundary : .noWordBoundary)
        }
        if isDigit(scalar), scalar != "0" {
            throw failure("there are no back-references", remedy: "matching takes linear time here; compare the groups with regexp_extract")
        }
        if scalar == "A" || scalar == "z" || scalar == "Z" {
            index += 1
            return .assertion(scalar == "A" ? .textStart : .textEnd)
        }
        let ranges = try escapedRanges()
        if ranges.count == 1, ranges[0].count == 1, let single = Unicode.Scalar(ranges[0].lowerBound) { return literal(single) }
        return .set(ScalarSet(ranges))
    }

    /// What stands behind a backslash, as ranges; `index` is at the character behind it.
    mutating func escapedRanges() throws(PatternError) -> [ClosedRange<UInt32>] {
        guard let scalar = current else { throw failure("nothing stands behind the last backslash") }
        index += 1
        switch scalar {
        case "d": return ScalarSet.digits
        case "D": return ScalarSet.complement(ScalarSet.digits)
        case "w": return ScalarSet.wordCharacters
        case "W": return ScalarSet.complement(ScalarSet.wordCharacters)
        case "s": return ScalarSet.blanks
        case "S": return ScalarSet.complement(ScalarSet.blanks)
        case "t": return [0x09...0x09]
        case "n": return [0x0A...0x0A]
        case "r": return [0x0D...0x0D]
        case "f": return [0x0C...0x0C]
        case "e": return [0x1B...0x1B]
        case "h": return ScalarSet.hexadecimalDigits
        case "x": return try hexadecimal(digits: 2)
        case "u": return try hexadecimal(digits: 4)
        default:
            if scalar.properties.isAlphabetic || isDigit(scalar) {
                index -= 1
                throw failure(
                    "unknown escape \\\(scalar)",
                    remedy: #"there are \d \w \s \h \b, the opposites \D \W \S \B, \A \z, \xHH \uHHHH, and \t \n \r \f"#)
            }
            return [scalar.value...scalar.value]
        }
    }

    /// `\x41`, `\u00E9`: a character by its number.
    private mutating func hexadecimal(digits: Int) throws(PatternError) -> [ClosedRange<UInt32>] {
        let end = index + digits
        guard end <= scalars.count, scalars[index..<end].allSatisfy(\.properties.isASCIIHexDigit),
            let value = UInt32(text(index..<end), radix: 16), Unicode.Scalar(value) != nil
        else {
            throw failure("\(digits) hexadecimal digits of a character must stand here")
        }
        index = end
        return [value...value]
    }

    mutating func characterClass() throws(PatternError) -> PatternNode {
        let opened = index
        index += 1
        let isNegated = accept("^")
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while let scalar = current, scalar != "]" || isFirst {
            isFirst = false
            let low = try classMember()
            guard low.count == 1, low[0].count == 1, current == "-", index + 1 < scalars.count, scalars[index + 1] != "]" else {
                ranges += low
                continue
            }
            index += 1
            let high = try classMember()
            guard high.count == 1, high[0].count == 1, high[0].lowerBound >= low[0].lowerBound else {
                throw failure("a range goes from a lower to a higher character")
            }
            ranges.append(low[0].lowerBound...high[0].lowerBound)
        }
        guard accept("]") else {
            throw PatternError(message: "the class is not closed", position: opened, remedy: #"a literal bracket is written \["#)
        }
        return .set(ScalarSet(ranges, isNegated: isNegated, ignoresCase: ignoresCase))
    }

    mutating func classMember() throws(PatternError) -> [ClosedRange<UInt32>] {
        guard let scalar = current else { throw failure("the class is not closed") }
        if scalar == "[", index + 1 < scalars.count, scalars[index + 1] == ":" {
            if allowsNamedClasses { return try namedClass() }
            throw failure("named classes such as [:alpha:] are not known", remedy: #"write ranges: [A-Za-z], \d, \w, \s"#)
        }
        index += 1
        return scalar == "\\" ? try escapedRanges() : [scalar.value...scalar.value]
    }

    /// `[:alpha:]` and the others of POSIX, of ASCII.
    private mutating func namedClass() throws(PatternError) -> [ClosedRange<UInt32>] {
        let start = index + 2
        guard let end = scalars[start...].firstIndex(of: ":"), end + 1 < scalars.count, scalars[end + 1] == "]",
            let ranges = ScalarSet.named[text(start..<end)]
        else {
            throw failure("unknown class", remedy: "classes: " + ScalarSet.named.keys.sorted().map { "[:\($0):]" }.joined(separator: " "))
        }
        index = end + 2
        return ranges
    }
}
