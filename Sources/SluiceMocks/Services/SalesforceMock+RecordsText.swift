import SluiceJSON

extension SalesforceMock {
    /// The records of a page, without a tree of values for those that nobody has written: the same JSON as `record` makes.
    func recordsText(_ query: SOQLQuery, _ entries: [Timeline.Entry]) -> [UInt8] {
        var text = PlainBytes()
        text.bytes.reserveCapacity(entries.count * 600)
        text.raw("[")
        for (place, entry) in entries.enumerated() {
            if place > 0 { text.raw(",") }
            if query.object == "Account", !hasNewField, written["Account"]?[entry.index] == nil, let timeline = timelines["Account"] {
                append(entry, timeline, query.fields, to: &text)
            } else {
                record(query, entry).append(to: &text.bytes)
            }
        }
        text.raw("]")
        return text.bytes
    }

    private func append(_ entry: Timeline.Entry, _ timeline: Timeline, _ fields: [String], to text: inout PlainBytes) {
        let draw = Timeline.mix(timeline.seed, UInt64(bitPattern: entry.updated) ^ UInt64(entry.index))
        text.digits(
            entry.index + 1, #"{"attributes":{"type":"Account","url":"/services/data/v60.0/sobjects/Account/001MOCK"#, width: 11)
        text.raw(#""}"#)
        for name in fields {
            text.raw(#",""#)
            text.raw(name)
            text.raw(#"":"#)
            append(name, entry, created: timeline.created(entry.index), draw: draw, to: &text)
        }
        text.raw("}")
    }

    private func append(_ name: String, _ entry: Timeline.Entry, created: Int64, draw: UInt64, to text: inout PlainBytes) {
        switch name {
        case "Id": text.digits(entry.index + 1, #""001MOCK"#, width: 11)
        case "IsDeleted": return text.raw(deleted["Account"]?.contains(entry.index) ?? false ? "true" : "false")
        case "Name": text.digits(entry.index + 1, #""Account "#, width: 1)
        case "Type": return text.raw(draw % 3 == 0 ? "null" : #""Customer""#)
        case "Industry":
            text.raw(#"""#)
            text.raw(AccountText.industries[Int(draw % 3)])
        case "AnnualRevenue":
            if draw % 4 == 0 { return text.raw("null") }
            text.number(Int(draw % 1_000_000))
            return text.raw(".25")
        case "NumberOfEmployees": return text.number(Int(draw % 5_000))
        case "Website":
            text.digits(entry.index + 1, #""https://a"#, width: 1)
            text.raw(".example.com")
        case "OwnerId": text.raw(#""005MOCK00000000001"#)
        case "CreatedDate":
            text.raw(#"""#)
            text.time(created, end: ".000+0000")
        case "SystemModstamp":
            text.raw(#"""#)
            text.time(entry.updated, end: ".000+0000")
        default: return text.raw("null")
        }
        text.raw(#"""#)
    }
}
