import SluiceCore
import Testing

@testable import SluiceSaaS

/// Windows that begin again at the greatest cursor, where that alone leads nowhere.
@Suite("pages by cursor and key")
struct PageWalkKeysetTests {
    private static let steps =
        #"{kind: cursor_value, more_link: true, skip: offset, ties: {q: "at={cursor},id>{key}"}, beyond: {q: "at>{cursor}"}}"#
    private static let whole = #"{kind: cursor_value, ties: {q: "at={cursor},id>{key} or at>{cursor}"}}"#

    private func walk(_ page: String, cursor: String = "{field: at, form: seconds, lag: 10 s}", size: Int = 2) throws -> PageWalk {
        try RowsService(page: page, fields: "id: int64, at: string", cursor: cursor, size: size).walk()
    }

    /// Gives a page of rows `id@at`; how many of them were new.
    @discardableResult
    private func give(_ walk: inout PageWalk, _ rows: String, more: Bool = true) throws -> Int {
        let list = rows.split(separator: " ").map { row in
            let parts = row.split(separator: "@")
            return "{\"id\":\(parts[0]),\"at\":\"\(parts[1])\"}"
        }
        let link = more ? "<https://x.example.com/rows?offset=9>;rel=\"next\"" : "<https://x.example.com/rows>;rel=\"first\""
        let page = Array("{\"rows\":[\(list.joined(separator: ","))]}".utf8)
        return try walk.take(page, link: link, from: RowsService.address()).records.count
    }

    /// Where the next page begins: `since`, `cursor/key`, or `cursor/` behind all of a cursor, and what is passed over.
    private func place(_ walk: PageWalk) -> String {
        let target = walk.target
        let place = target.keyset.map { "\($0.cursor)/\($0.key ?? "")" } ?? target.since ?? ""
        return place + (target.value.map { " +\($0)" } ?? "")
    }

    @Test("records of one cursor are read by their keys, and then what lies behind it") func ties() throws {
        var walk = try walk(Self.steps)
        #expect(try give(&walk, "1@100 2@101") == 2)
        #expect(place(walk) == "101")
        #expect(try give(&walk, "2@101 3@101") == 1)
        #expect(place(walk) == "101/3")
        #expect(try give(&walk, "4@101 5@101") == 2)
        #expect(place(walk) == "101/5")
        // A place that was committed is gone on with.
        var later = try RowsService(
            page: Self.steps, fields: "id: int64, at: string", cursor: "{field: at, form: seconds, lag: 10 s}", size: 2
        )
        .walk(from: walk.position)
        #expect(place(later) == "101/5")
        #expect(try give(&later, "6@101", more: false) == 1)
        #expect(place(later) == "101/")
        #expect(try give(&later, "7@102 8@103") == 2)
        #expect(place(later) == "103")
        #expect(try give(&later, "8@103", more: false) == 0)
        #expect(later.isDone)
    }

    @Test("a page within one second leads on by the digits that records have, unless whole seconds are asked for") func digits() throws {
        func time(_ millis: Int) -> String { "2024-01-01T00:00:10.\(String(1_000 + millis).dropFirst())Z" }
        var walk = try walk("{kind: cursor_value}", cursor: "{field: at, lag: 10 s}")
        #expect(try give(&walk, "1@\(time(100)) 2@\(time(250))") == 2)
        #expect(place(walk) == time(250))
        #expect(try give(&walk, "2@\(time(250)) 3@\(time(900))") == 1)
        #expect(place(walk) == time(900))
        #expect(try give(&walk, "3@\(time(900))") == 0)
        #expect(walk.isDone)
        // The next window begins with as many digits, and one that goes on keeps those that it began with.
        let later = try RowsService(page: "{kind: cursor_value}", cursor: "{field: at, lag: 10 s}", size: 2).walk(from: walk.position)
        #expect(place(later) == "2024-01-01T00:00:00.900Z")
        var seconds = try self.walk("{kind: cursor_value}", cursor: "{field: at, sent: time, lag: 10 s}")
        #expect(try give(&seconds, "1@\(time(100)) 2@\(time(250))") == 2)
        #expect(place(seconds) == "2024-01-01T00:00:10Z")
        #expect(throws: SluiceError.self) { try give(&seconds, "1@\(time(100)) 2@\(time(250))") }
    }

    @Test("a request that brings what lies behind, too, goes on until a page is not full") func wholeKeyset() throws {
        var walk = try walk(Self.whole)
        try give(&walk, "1@100 2@100")
        try give(&walk, "1@100 2@100")
        #expect(place(walk) == "100/2")
        #expect(try give(&walk, "3@100 4@104") == 2)
        #expect(place(walk) == "104/4")
        #expect(try give(&walk, "5@105") == 1)
        #expect(walk.isDone)
    }

    @Test("a short page is not the last one where a link says that more follows, and one that shows nothing is passed over")
    func hidden() throws {
        var walk = try walk(Self.steps, size: 16)
        try give(&walk, "")
        #expect(place(walk) == "1970-01-01T00:00:00Z +14" || place(walk) == "0 +14")
        try give(&walk, "")
        #expect(place(walk).hasSuffix(" +28"))
        #expect(try give(&walk, "9@110") == 1)
        #expect(place(walk) == "110")
        // What is seen there is known, and nothing behind it is.
        #expect(try give(&walk, "9@110") == 0)
        #expect(place(walk) == "110/9")
        try give(&walk, "")
        #expect(place(walk) == "110/9 +14")
        try give(&walk, "", more: false)
        #expect(place(walk) == "110/")
        try give(&walk, "")
        #expect(place(walk) == "110/ +14")
        #expect(try give(&walk, "10@120", more: false) == 1)
        #expect(walk.isDone)
    }

    @Test("cursors finer than the bound that is sent lose none, and lead on") func fractions() throws {
        var walk = try walk(Self.steps, cursor: "{field: at, sent: time, lag: 0 s}")
        let second = "2024-01-02T10:00:00"
        try give(&walk, "1@\(second).1Z 2@\(second).2Z")
        #expect(place(walk) == "\(second)Z")
        try give(&walk, "1@\(second).1Z 2@\(second).2Z")
        #expect(place(walk) == "\(second).2Z/2")
        try give(&walk, "", more: false)
        try give(&walk, "3@\(second).3Z 4@\(second).4Z")
        #expect(place(walk) == "\(second).4Z/4")
        try give(&walk, "", more: false)
        #expect(try give(&walk, "5@\(second).5Z", more: false) == 1)
        #expect(walk.isDone)
    }

    @Test(
        "a service that takes no notice of what was asked for is refused",
        arguments: ["1@100 2@100", "1@99 3@101", "4@102 5@103"])
    func ignored(_ rows: String) throws {
        var walk = try walk(Self.steps)
        try give(&walk, "1@100 2@100")
        try give(&walk, "1@100 2@100")
        #expect(place(walk) == "100/2")
        #expect(throws: SluiceError.self) { try give(&walk, rows) }
    }

    @Test(
        "what cannot be meant is told with its place",
        arguments: [
            ("{link: true, skip: o}", "id", "do not begin again"), ("{kind: cursor_value, beyond: {q: a}}", "id", "ties"),
            ("{kind: cursor_value, ties: {q: a}}", "[id, at]", "several"),
            ("{kind: cursor_value, ties: {q: \"{curser}\"}}", "id", "{curser}"),
        ])
    func contradictions(_ page: String, _ key: String, _ words: String) {
        do {
            _ = try RowsService(page: page, key: key, cursor: "{field: at}").walk()
            Issue.record("taken")
        } catch {
            let found = error as? SluiceError
            let told = "\(found?.message ?? "") \(found?.remedy ?? "")"
            #expect(told.contains(words), "\(error)")
        }
    }
}
