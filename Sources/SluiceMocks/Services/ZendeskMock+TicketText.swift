import SluiceJSON

extension ZendeskMock {
    /// Whether a ticket is what the timeline makes of it, and no more.
    func isPlain(_ index: Int) -> Bool { !hasNewField && !hasBadValues && written["tickets"]?[index] == nil }

    /// A page of tickets, without a tree of values for those that are plain: the same JSON as `record` makes.
    func ticketsText(_ entries: [Timeline.Entry]) -> PlainBytes {
        var text = PlainBytes()
        text.bytes.reserveCapacity(entries.count * 900)
        text.raw("[")
        for (place, entry) in entries.enumerated() {
            if place > 0 { text.raw(",") }
            if isPlain(entry.index) {
                append(entry.index, to: &text)
            } else {
                record("tickets", entry.index).append(to: &text.bytes)
            }
        }
        text.raw("]")
        return text
    }

    private func append(_ index: Int, to text: inout PlainBytes) {
        let updated = tickets.updated(index)
        let draw = Timeline.mix(tickets.seed, UInt64(bitPattern: updated) ^ UInt64(index))
        text.digits(index + 1, #"{"url":"https://mock.zendesk.com/api/v2/tickets/"#, width: 1)
        text.digits(index + 1, #".json","id":"#, width: 1)
        if index % 3 == 0 {
            text.raw(#","external_id":null"#)
        } else {
            text.digits(index, #","external_id":"ext-"#, width: 1)
            text.raw(#"""#)
        }
        text.digits(index + 1, #","subject":"Ticket "#, width: 1)
        text.raw(": “")
        words(draw, to: &text)
        text.digits(index + 1, #"”","raw_subject":"Ticket "#, width: 1)
        text.raw(#"","description":"Line one\nline two, \"quoted\", "#)
        words(draw >> 7, to: &text)
        text.raw(#"","status":""#)
        text.raw(Self.statuses[Int(draw % 6)])
        if draw % 5 == 0 {
            text.raw(#"","priority":null"#)
        } else {
            text.raw(#"","priority":""#)
            text.raw(Self.priorities[Int((draw >> 3) % 4)])
            text.raw(#"""#)
        }
        appendRest(index, updated, draw, to: &text)
    }

    private func appendRest(_ index: Int, _ updated: Int64, _ draw: UInt64, to text: inout PlainBytes) {
        let requester = Int((draw >> 8) % UInt64(users.rows)) + 1
        text.digits(requester, #","type":"incident","requester_id":"#, width: 1)
        text.digits(requester, #","submitter_id":"#, width: 1)
        text.raw(draw % 7 == 0 ? #","assignee_id":null"# : #","assignee_id":1"#)
        text.digits(index % organizations + 1, #","organization_id":"#, width: 1)
        text.digits(Int(draw % 4) + 1, #","group_id":"#, width: 1)
        text.digits(Int(draw % 10), #","tags":["mock","t"#, width: 1)
        text.raw(#""],"custom_fields":[],"fields":[],"created_at":""#)
        text.time(tickets.created(index))
        text.raw(#"","updated_at":""#)
        text.time(updated)
        text.digits(Int(updated / 1_000_000), #"","generated_timestamp":"#, width: 1)
        text.raw("}")
    }

    private func words(_ draw: UInt64, to text: inout PlainBytes) {
        for place in 0..<4 {
            if place > 0 { text.raw(" ") }
            text.raw(Self.vocabulary[Int((draw >> (UInt64(place) * 5)) % 10)])
        }
    }
}
