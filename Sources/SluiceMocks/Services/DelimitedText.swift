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
    private var text = PlainBytes()
    private let delimiter: UInt8
    private let end: [UInt8]
    private let fields: [String]
    private var isFirst = true
    private static let quote = UInt8(ascii: "\"")

    var bytes: [UInt8] { text.bytes }

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
            if byte == Self.quote { self.text.bytes.append(byte) }
            self.text.bytes.append(byte)
        }
        self.text.bytes.append(Self.quote)
    }

    mutating func endRow() {
        text.bytes += end
        isFirst = true
    }

    private mutating func begin() {
        if !isFirst { text.bytes.append(delimiter) }
        isFirst = false
        text.bytes.append(Self.quote)
    }

    // MARK: Accounts

    /// An account that nobody has written, with the values that `SalesforceMock` gives it.
    mutating func appendAccount(_ entry: Timeline.Entry, created: Int64, draw: UInt64, isDeleted: Bool, hasNUL: Bool) {
        for name in fields {
            begin()
            switch name {
            case "Id": text.digits(entry.index + 1, "001MOCK", width: 11)
            case "IsDeleted": text.raw(isDeleted ? "true" : "false")
            case "Name":
                text.raw("Account ")
                if hasNUL { text.bytes.append(0) }
                text.number(entry.index + 1)
            case "Type": if draw % 3 != 0 { text.raw("Customer") }
            case "Industry": text.raw(Self.industries[Int(draw % 3)])
            case "AnnualRevenue":
                if draw % 4 != 0 {
                    text.number(Int(draw % 1_000_000))
                    text.raw(".25")
                }
            case "NumberOfEmployees": text.number(Int(draw % 5_000))
            case "Website":
                text.raw("https://a")
                text.number(entry.index + 1)
                text.raw(".example.com")
            case "OwnerId": text.raw("005MOCK00000000001")
            case "CreatedDate": text.time(created, end: ".000Z")
            case "SystemModstamp": text.time(entry.updated, end: ".000Z")
            default: break
            }
            text.bytes.append(Self.quote)
        }
        endRow()
    }

    static let industries: [StaticString] = ["Energy", "Retail", "Médias"]
}
