import Foundation
import SluiceCore
import SluiceHTTP
import Testing

@testable import SluiceSaaS

/// A walk as a dialogue: requests on the one side, pages on the other.
@Suite("walk through pages")
struct PageWalkTests {
    func walk(_ page: String, cursor: String = "", from position: ReadPosition = ReadPosition()) throws -> PageWalk {
        try RowsService(page: page, fields: "id: int64, at: int64", cursor: cursor, size: 2).walk(from: position)
    }

    /// What was asked for.
    private static func address() throws(SluiceError) -> WebAddress { try RowsService.address("v1/rows?size=2") }

    private static let ascending = "{field: at, form: seconds, lag: 10 s}"
    private static let descending = "{field: at, form: seconds, lag: 10 s, order: descending}"

    /// Gives a page of rows `id@at`; which of them were new.
    func give(_ walk: inout PageWalk, _ rows: String, _ more: String = "", link: String? = nil) throws -> [String] {
        let list = rows.split(separator: " ").map { row in
            let parts = row.split(separator: "@")
            return "{\"id\":\(parts[0]),\"at\":\(parts.count > 1 ? parts[1] : "0")}"
        }
        let bytes = Array("{\"rows\":[\(list.joined(separator: ","))]\(more.isEmpty ? "" : ",\(more)")}".utf8)
        let page = try walk.take(bytes, link: link, from: Self.address())
        return page.records.map { String(decoding: page.bytes[$0], as: UTF8.self).dropFirst(6).prefix { $0 != "," }.description }
    }

    @Test("a cursor leads on until it is empty") func cursor() throws {
        var walk = try walk("{cursor: next, parameter: after}")
        #expect(walk.target == PageTarget())
        #expect(try give(&walk, "1 2", #""next":"abc""#) == ["1", "2"])
        #expect(walk.target == PageTarget(name: "after", value: "abc"))
        #expect(try give(&walk, "3", #""next":"""#) == ["3"])
        #expect(walk.isDone)
        #expect(walk.position.window == nil)
    }

    @Test("a flag that says done ends, not a short page") func flag() throws {
        var walk = try walk("{cursor: next, parameter: after, done: end, keeps_query: false}")
        #expect(try give(&walk, "", #""next":"a","end":false"#) == [])
        #expect(walk.target.hasParameters == false)
        #expect(try give(&walk, "1 2", #""next":"b","end":true"#) == ["1", "2"])
        #expect(walk.isDone)
    }

    @Test("the last key, a count, a number, an address and a link lead on") func kinds() throws {
        var key = try walk("{kind: key, parameter: after, more: more}")
        #expect(try give(&key, "7 5", #""more":true"#) == ["7", "5"])
        #expect(key.target.value == "5")
        var offset = try walk("{kind: offset, parameter: skip}")
        #expect(try give(&offset, "1 2") == ["1", "2"])
        #expect(offset.target == PageTarget(name: "skip", value: "2"))
        #expect(try give(&offset, "3") == ["3"])
        #expect(offset.isDone)
        var number = try walk("{kind: number, parameter: page, first: 0, ends_short: false}")
        #expect(number.target.value == "0")
        #expect(try give(&number, "1") == ["1"])
        #expect(number.target.value == "1")
        #expect(try give(&number, "") == [])
        #expect(number.isDone)
        var address = try walk("{url: links.next}")
        #expect(try give(&address, "1", #""links":{"next":"https://x.example.com/rows?p=2"}"#) == ["1"])
        #expect(address.target.address == "https://x.example.com/rows?p=2")
        var link = try walk("{link: true}")
        #expect(try give(&link, "1", link: #"</rows?p=1>; rel="prev", </rows?p=3>; rel="next""#) == ["1"])
        #expect(link.target.address == "https://x.example.com/rows?p=3")
        #expect(try give(&link, "2", link: #"</rows?p=1>; rel="prev""#) == ["2"])
        #expect(link.isDone)
    }

    @Test(
        "an address without a path, or with a part of one, is one behind that of its page", arguments: ["{link: true}", "{url: next}"],
        [("?page=2", "/v1/rows?page=2"), ("more?page=2", "/v1/more?page=2"), ("/rows?u=http://h/", "/rows?u=http://h/")])
    func relative(_ page: String, _ reference: (text: String, whole: String)) throws {
        var walk = try walk(page)
        _ = try give(&walk, "1", "\"next\":\"\(reference.text)\"", link: "<\(reference.text)>; rel=next")
        #expect(walk.target.address == "https://x.example.com\(reference.whole)")
        // The same address, said anew, leads to itself.
        #expect(throws: SluiceError.self) {
            try give(&walk, "2", "\"next\":\"\(reference.whole)\"", link: "<\(reference.whole)>; rel=next")
        }
    }

    @Test("where the cursor itself leads on, full pages go on and one with little new ends") func cursorValue() throws {
        var walk = try walk("{kind: cursor_value}", cursor: Self.ascending)
        #expect(try give(&walk, "1@100 2@101") == ["1", "2"])
        #expect(walk.target.since == "101")
        #expect(try give(&walk, "2@101 3@102") == ["3"])
        #expect(try give(&walk, "3@102") == [])
        #expect(walk.isDone)
        // A lag that holds a whole page of known records does not end the window.
        var next = try self.walk("{kind: cursor_value}", cursor: Self.ascending, from: walk.position)
        #expect(next.target.since == "92")
        #expect(try give(&next, "1@100 2@101") == [])
        #expect(next.target.since == "101")
        #expect(try give(&next, "2@101 3@102") == [])
        #expect(try give(&next, "3@102 4@103") == ["4"])
        var tied = try self.walk("{kind: cursor_value}", cursor: Self.ascending)
        _ = try give(&tied, "1@100 2@100")
        #expect(throws: SluiceError.self) { try give(&tied, "1@100 2@100") }
        var unbound = try self.walk("{kind: cursor_value}", cursor: Self.ascending)
        _ = try give(&unbound, "1@100 2@110")
        #expect(throws: SluiceError.self) { try give(&unbound, "1@100 2@110") }
    }

    @Test("the next window goes back by the lag and leaves out what it knows, unless that was changed") func windows() throws {
        var first = try walk("{cursor: next, parameter: after}", cursor: Self.ascending)
        #expect(first.target.since == "0")
        #expect(try give(&first, "1@100 2@105 3@112") == ["1", "2", "3"])
        var second = try walk("{cursor: next, parameter: after}", cursor: Self.ascending, from: first.position)
        #expect(second.target.since == "102")
        // 9 came into sight late; 3 was changed.
        #expect(try give(&second, "9@103 2@105 3@113") == ["9", "3"])
    }

    @Test(
        "a window from the beginning asks for the earliest time of the form, or the declared one; one from a time on for just that, without the lag",
        arguments: [
            ("field: at", nil, "0001-01-01T00:00:00Z"), ("field: at", "1950-01-01T00:00:00Z", "1950-01-01T00:00:00Z"),
            ("field: at, earliest: '1970-01-01'", nil, "1970-01-01T00:00:00Z"),
            ("field: at, earliest: '1970-01-01'", "1970-01-01T00:00:30Z", "1970-01-01T00:00:30Z"),
            ("field: at, earliest: '1970-01-01'", "1950-01-01T00:00:00Z", "1950-01-01T00:00:00Z"),
            ("field: at, form: seconds", nil, "0"), ("field: at, form: seconds", "1969-12-31T23:59:50Z", "-10"),
            ("field: at, sent: seconds", nil, "0"), ("field: at, form: seconds, earliest: '-100'", nil, "-100"),
        ] as [(String, String?, String)])
    func beginnings(_ cursor: String, _ from: String?, _ since: String) throws {
        let walk = try walk(
            "{link: true}", cursor: "{\(cursor)}", from: ReadPosition(startingAt: from.flatMap { CursorForm.time.place(of: $0) }))
        #expect(walk.target.since == since)
    }

    @Test("a lag that has grown leads no further back than records are known, and is whole once these are") func grownLag() throws {
        var first = try walk("{cursor: next, parameter: after}", cursor: "{field: at, form: number, lag: 10}")
        #expect(try give(&first, "1@100 2@115 3@120") == ["1", "2", "3"])
        let grown = "{field: at, form: number, lag: 30}"
        var second = try walk("{cursor: next, parameter: after}", cursor: grown, from: first.position)
        #expect(second.target.since == "110")
        #expect(try give(&second, "2@115 3@120 4@125") == ["4"])
        var third = try walk("{cursor: next, parameter: after}", cursor: grown, from: second.position)
        #expect(third.target.since == "110")
        #expect(try give(&third, "2@115 3@120 4@125 5@150") == ["5"])
        let last = try walk("{cursor: next, parameter: after}", cursor: grown, from: third.position)
        #expect(last.target.since == "120")
    }

    @Test("numbers have no lag, or one that is a number", arguments: [("", "112"), (", lag: 10", "102")])
    func numbers(_ lag: String, _ since: String) throws {
        let cursor = "{field: at, form: number\(lag)}"
        var first = try walk("{cursor: next, parameter: after}", cursor: cursor)
        #expect(first.target.since == "0")
        #expect(try give(&first, "1@100 2@105 3@112 4@112") == ["1", "2", "3", "4"])
        var second = try walk("{cursor: next, parameter: after}", cursor: cursor, from: first.position)
        #expect(second.target.since == since)
        #expect(try give(&second, "3@112 4@112 5@113") == ["5"])
        #expect(throws: SluiceError.self) { try walk("{link: true}", cursor: "{field: at, form: number, lag: 5 m}") }
        #expect(throws: SluiceError.self) { try walk("{link: true}", cursor: "{field: at, lag: 5}") }
    }

    @Test("in descending order the overlap comes on the last pages, and is left out there, also where the window was left open")
    func descendingOverlap() throws {
        let page = "{cursor: next, parameter: after}"
        var first = try walk(page, cursor: Self.descending)
        #expect(try give(&first, "3@112 2@105 1@100") == ["3", "2", "1"])
        var second = try walk(page, cursor: Self.descending, from: first.position)
        #expect(try give(&second, "9@200 8@195", #""next":"b""#) == ["9", "8"])
        var resumed = try walk(page, cursor: Self.descending, from: second.position)
        #expect(try give(&resumed, "7@120 3@112", #""next":"c""#) == ["7"])
        // 6 came into sight late.
        #expect(try give(&resumed, "6@106 2@105") == ["6"])
        #expect(resumed.isDone)
        // Behind the window nothing is kept that lies below the lag.
        #expect(resumed.position.seen.keys.sorted() == ["8", "9"])
    }

    @Test("jobs bring records in any order: the overlap is known in all slices of their window") func jobOverlap() {
        var position = ReadPosition()
        position.note([("a", 100), ("b", 95)], lag: 10, known: nil)
        position.begin(since: 90)
        position.note([("c", 300)], lag: 10, known: position.known)
        position.advance(JobPosition(id: "j", until: nil), since: 90)
        position.note([("d", 305)], lag: 10, known: position.known)
        #expect(position.holds("a", at: 100) && position.holds("b", at: 95))
        position.close(lag: 10)
        #expect(position.seen == ["c": 300, "d": 305])
    }

    @Test("records at a page's border that come twice are taken once") func ties() throws {
        var walk = try walk("{url: next}", cursor: Self.ascending)
        #expect(try give(&walk, "1@100 2@100", #""next":"/rows?t=100""#) == ["1", "2"])
        #expect(try give(&walk, "1@100 2@100 3@100", #""next":"/rows?t=101""#) == ["3"])
    }

    @Test("a window goes on where its last page was committed") func resume() throws {
        var walk = try walk("{cursor: next, parameter: after}", cursor: Self.ascending)
        _ = try give(&walk, "1@100 2@101", #""next":"b""#)
        let stored = walk.position
        #expect(stored.isInWindow)
        let resumed = try self.walk("{cursor: next, parameter: after}", cursor: Self.ascending, from: stored)
        #expect(resumed.target == PageTarget(since: "0", name: "after", value: "b"))
    }

    @Test("where a page's cursor has ended the window begins again behind what it has") func expiry() throws {
        let cause = SluiceError(.pageExpired, "gone", isRetriable: true)
        var up = try walk("{cursor: next, parameter: after}", cursor: Self.ascending)
        _ = try give(&up, "1@100 2@101", #""next":"b""#)
        try up.expire(cause)
        #expect(up.target == PageTarget(since: "101"))
        #expect(try give(&up, "2@101 3@102") == ["3"])

        var down = try walk("{cursor: next, parameter: after, resume: before}", cursor: Self.descending)
        _ = try give(&down, "9@200 8@190", #""next":"b""#)
        try down.expire(cause)
        #expect(down.target == PageTarget(since: "0", name: "before", value: "190"))
        #expect(try give(&down, "8@190 7@180") == ["7"])

        var plain = try walk("{cursor: next, parameter: after}")
        _ = try give(&plain, "1 2", #""next":"b""#)
        #expect(throws: SluiceError.self) { try plain.expire(cause) }
        // Not for ever.
        for _ in 0..<2 {
            _ = try give(&down, "6@170", #""next":"c""#)
            try down.expire(cause)
        }
        _ = try give(&down, "5@160", #""next":"d""#)
        #expect(throws: SluiceError.self) { try down.expire(cause) }
    }

    @Test("where a page's cursor has ended among records of one cursor, none of them comes twice") func expiryAmongTies() throws {
        let cause = SluiceError(.pageExpired, "gone", isRetriable: true)
        let page = "{cursor: next, parameter: after, resume: before}"
        var walk = try walk(page, cursor: Self.descending)
        _ = try give(&walk, "9@200 8@170 7@170", #""next":"b""#)
        _ = try give(&walk, "6@170", #""next":"c""#)
        try walk.expire(cause)
        #expect(try give(&walk, "8@170 7@170 6@170 5@170", #""next":"d""#) == ["5"])
        try walk.expire(cause)
        // A run that comes later knows as much.
        let stored = try JSONEncoder().encode(walk.position)
        walk = try self.walk(page, cursor: Self.descending, from: JSONDecoder().decode(ReadPosition.self, from: stored))
        #expect(walk.target.value == "170")
        #expect(try give(&walk, "8@170 7@170 6@170 5@170 4@170 3@160") == ["4", "3"])
    }

    @Test("a bookmark with the key of the last record alone is read as it was meant") func oldEdge() throws {
        let text = #"{"high":200000000,"seen":{},"window":{"next":"b","low":"170","edge":"6","pages":1,"records":3}}"#
        let position = try JSONDecoder().decode(ReadPosition.self, from: Data(text.utf8))
        var walk = try walk("{cursor: next, parameter: after, resume: before}", cursor: Self.descending, from: position)
        try walk.expire(SluiceError(.pageExpired, "gone", isRetriable: true))
        #expect(try give(&walk, "6@170 5@170") == ["5"])
    }

    @Test(
        "pages that lead to themselves, or say that more follows and not where, are refused",
        arguments: [(#""next":"b""#, #""next":"b""#), (#""next":"b""#, #""next":null"#)]) func endless(_ one: String, _ two: String) throws
    {
        var walk = try walk("{cursor: next, parameter: after, more: more}")
        _ = try give(&walk, "1 2", one + #","more":true"#)
        #expect(throws: SluiceError.self) { try give(&walk, "3 4", two + #","more":true"#) }
    }

    @Test("pages that lead in a circle end, soon behind the first round", arguments: 2...9) func circle(_ length: Int) throws {
        var walk = try walk("{cursor: next, parameter: after}")
        var pages = 0
        #expect(throws: SluiceError.self) {
            while pages < 1_000 {
                _ = try give(&walk, "\(pages)", "\"next\":\"p\(pages % length)\"")
                pages += 1
            }
        }
        #expect(pages <= 3 * length)
    }

    @Test(
        "what has not the declared shape is refused with what came",
        arguments: ["[]", "{}", #"{"rows":{}}"#, #"{"rows":null}"#, "{", "", #"{"rows":[1,}"#, #"{"error":"x"}"#])
    func shapes(_ body: String) throws {
        var walk = try walk("{cursor: next, parameter: after}")
        do {
            _ = try walk.take(Array(body.utf8), link: nil, from: Self.address())
            Issue.record("taken: \(body)")
        } catch {
            #expect(error.code == .serviceFailed)
            #expect(error.message.hasPrefix("a page of rows "))
        }
    }

    @Test("records without key or cursor are handed on, and move nothing") func odd() throws {
        var walk = try walk("{cursor: next, parameter: after}", cursor: Self.ascending)
        let body = #"{"rows":[{"id":1,"at":"null"},7,{"at":300},{"id":2,"at":100}]}"#
        let page = try walk.take(Array(body.utf8), link: nil, from: Self.address())
        #expect(page.records.count == 4)
        #expect(walk.position.high == 100_000_000)
    }
}
