import SluiceCore

extension ProtoParser {
    mutating func reserved(
        _ numbers: inout [ClosedRange<Int>], _ names: inout [String], upTo limit: Int
    ) throws(SluiceError) {
        if token.kind == .text {
            repeat { names.append(try text()) } while take(",")
        } else {
            numbers += try ranges(upTo: limit)
        }
        try expect(";")
    }

    mutating func ranges(upTo limit: Int) throws(SluiceError) -> [ClosedRange<Int>] {
        var ranges: [ClosedRange<Int>] = []
        repeat {
            let first = try integer()
            var last = first
            if token.text == "to" {
                place += 1
                if token.text == "max" {
                    place += 1
                    last = limit
                } else {
                    last = try integer()
                }
            }
            guard first <= last else { throw wrong("the range from \(first) to \(last) runs backwards") }
            ranges.append(first...last)
        } while take(",")
        return ranges
    }

    /// `[default = 5, (my.option) = { … }]`: plain options by name.
    mutating func fieldOptions() throws(SluiceError) -> [String: String] {
        guard take("[") else { return [:] }
        var options: [String: String] = [:]
        var depth = 1
        while depth > 0 {
            if token.kind == .end { throw wrong("options do not end") }
            if token.kind == .sign, token.text == "[" || token.text == "{" { depth += 1 }
            if token.kind == .sign, token.text == "]" || token.text == "}" { depth -= 1 }
            if depth == 1, token.kind == .name, place + 2 < tokens.count, tokens[place + 1].text == "=" {
                let isNegative = tokens[place + 2].text == "-" && place + 3 < tokens.count
                options[token.text] = isNegative ? "-" + tokens[place + 3].text : tokens[place + 2].text
            }
            place += 1
        }
        return options
    }

    mutating func skipOptions() throws(SluiceError) { _ = try fieldOptions() }

    /// To the `;`, or behind the braces, that end a statement.
    mutating func skipStatement() throws(SluiceError) {
        let start = place
        var depth = 0
        let endsWithBrace = token.text != "option"
        while true {
            if token.kind == .end {
                place = start
                throw wrong("what begins here does not end")
            }
            let sign = token.kind == .sign ? token.text : ""
            place += 1
            if sign == "{" { depth += 1 }
            if sign == "}" {
                depth -= 1
                if depth <= 0, endsWithBrace { return }
            }
            if sign == ";", depth == 0 { return }
        }
    }

    var token: ProtoToken { tokens[min(place, tokens.count - 1)] }

    mutating func take(_ sign: String) -> Bool {
        guard token.kind == .sign, token.text == sign else { return false }
        place += 1
        return true
    }

    mutating func expect(_ sign: String) throws(SluiceError) {
        guard take(sign) else { throw wrong("\(sign.quotedForMessage) is expected, not \(described)") }
    }

    mutating func name() throws(SluiceError) -> String {
        guard token.kind == .name else { throw wrong("a name is expected, not \(described)") }
        place += 1
        return tokens[place - 1].text
    }

    mutating func fullName() throws(SluiceError) -> String {
        var name = try name()
        while take(".") { name += "." + (try self.name()) }
        return name
    }

    mutating func text() throws(SluiceError) -> String {
        guard token.kind == .text else { throw wrong("a text in quotes is expected, not \(described)") }
        var text = ""
        while token.kind == .text {
            text += token.text
            place += 1
        }
        return text
    }

    mutating func integer() throws(SluiceError) -> Int {
        let isNegative = take("-")
        let digits = token.text.lowercased()
        let number: Int? =
            digits.hasPrefix("0x")
            ? Int(digits.dropFirst(2), radix: 16) : digits.count > 1 && digits.hasPrefix("0") ? Int(digits, radix: 8) : Int(digits)
        guard token.kind == .integer, let number, number <= ProtoLimits.integers else {
            throw wrong("a whole number is expected, not \(described)")
        }
        place += 1
        return isNegative ? -number : number
    }

    var described: String { token.kind == .end ? "the end of the file" : token.text.quotedForMessage }

    func wrong(_ why: String, remedy: String? = nil) -> SluiceError { Self.invalid(why, token.line, token.column, remedy) }

    static func invalid(_ why: String, _ line: Int, _ column: Int, _ remedy: String? = nil) -> SluiceError {
        SluiceError(
            .invalidSchema, "the Protobuf schema is wrong at line \(line), column \(column): \(why)",
            remedy: remedy ?? "see protobuf.dev, \"Language Specification\"")
    }
}
