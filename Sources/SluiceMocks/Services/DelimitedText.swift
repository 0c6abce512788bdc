import SluiceCore
import SluiceJSON

/// How a job's CSV is written.
struct DelimitedForm: Sendable {
    private static let delimiters: [String: String] = [
        "BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t",
    ]

    let delimiterName: String
    let lineEnding: String

    /// Nil for values that there are not.
    init?(_ body: JSONNode) {
        delimiterName = body["columnDelimiter"]?.string ?? "COMMA"
        lineEnding = body["lineEnding"]?.string ?? "LF"
        guard Self.delimiters[delimiterName] != nil, ["LF", "CRLF"].contains(lineEnding) else { return nil }
    }

    var delimiter: UInt8 { Self.delimiters[delimiterName]?.utf8.first ?? UInt8(ascii: ",") }
    var end: [UInt8] { Array((lineEnding == "LF" ? "\n" : "\r\n").utf8) }

    /// The records of a text, the first one included.
    func records(_ bytes: [UInt8]) -> [[String]] {
        var records: [[String]] = []
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var place = 0
        func ended() -> String {
            defer { field = [] }
            return String(decoding: field, as: UTF8.self)
        }
        while place < bytes.count {
            let byte = bytes[place]
            if byte == UInt8(ascii: "\"") {
                if isQuoted, place + 1 < bytes.count, bytes[place + 1] == byte {
                    field.append(byte)
                    place += 1
                } else {
                    isQuoted.toggle()
                }
            } else if !isQuoted, byte == delimiter {
                fields.append(ended())
            } else if !isQuoted, byte == UInt8(ascii: "\n") {
                if field.last == UInt8(ascii: "\r") { field.removeLast() }
                records.append(fields + [ended()])
                fields = []
            } else {
                field.append(byte)
            }
            place += 1
        }
        if !field.isEmpty || !fields.isEmpty { records.append(fields + [ended()]) }
        return records
    }
}

/// Rows of CSV as Salesforce writes them: every field in quotes, a null as an empty one.
struct AccountText {
    private(set) var bytes: [UInt8] = []
    private let delimiter: UInt8
    private let end: [UInt8]
    private let fields: [String]
    private var isFirst = true
    private static let quote = UInt8(ascii: "\"")

    init(_ form: DelimitedForm, _ fields: [String]) {
        self.fields = fields
        delimiter = form.delimiter
        end = form.end
        for field in fields { append(text: field) }
        endRow()
    }

    mutating func append(_ members: [JSONNode.Member]) {
        for name in fields {
            let value = members.first { $0.name == name }?.value ?? .null
            switch value {
            case .null: append(text: "")
            case .text(let text): append(text: String(decoding: text, as: UTF8.self))
            default: append(text: String(decoding: value.json, as: UTF8.self))
            }
        }
        endRow()
    }

    mutating func append(text: String) {
        begin()
        for byte in text.utf8 {
            if byte == Self.quote { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(Self.quote)
    }

    mutating func endRow() {
        bytes += end
        isFirst = true
    }

    private mutating func begin() {
        if !isFirst { bytes.append(delimiter) }
        isFirst = false
        bytes.append(Self.quote)
    }

    // MARK: Accounts

    /// An account that nobody has written, with the values that `SalesforceMock` gives it.
    mutating func appendAccount(_ entry: Timeline.Entry, created: Int64, draw: UInt64, isDeleted: Bool, hasNUL: Bool) {
        for name in fields {
            begin()
            switch name {
            case "Id": digits(entry.index + 1, "001MOCK", width: 11)
            case "IsDeleted": raw(isDeleted ? "true" : "false")
            case "Name":
                raw("Account ")
                if hasNUL { bytes.append(0) }
                number(entry.index + 1)
            case "Type": if draw % 3 != 0 { raw("Customer") }
            case "Industry": raw(Self.industries[Int(draw % 3)])
            case "AnnualRevenue":
                if draw % 4 != 0 {
                    number(Int(draw % 1_000_000))
                    raw(".25")
                }
            case "NumberOfEmployees": number(Int(draw % 5_000))
            case "Website":
                raw("https://a")
                number(entry.index + 1)
                raw(".example.com")
            case "OwnerId": raw("005MOCK00000000001")
            case "CreatedDate": time(created)
            case "SystemModstamp": time(entry.updated)
            default: break
            }
            bytes.append(Self.quote)
        }
        endRow()
    }

    private static let industries: [StaticString] = ["Energy", "Retail", "Médias"]

    private mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func number(_ value: Int) { digits(value, "", width: 1) }

    private mutating func digits(_ value: Int, _ prefix: StaticString, width: Int) {
        raw(prefix)
        var (count, rest) = (1, value / 10)
        while rest > 0 { (count, rest) = (count + 1, rest / 10) }
        for _ in 0..<max(0, width - count) { bytes.append(UInt8(ascii: "0")) }
        let start = bytes.count
        for _ in 0..<count { bytes.append(0) }
        rest = value
        for place in (start..<bytes.count).reversed() {
            bytes[place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }

    /// `2024-01-01T00:00:00.000Z`.
    private mutating func time(_ micros: Int64) {
        TimeText.append(micros: micros / 1_000_000 * 1_000_000, zoned: true, to: &bytes)
        bytes.removeLast()
        raw(".000Z")
    }
}
