import SluiceCore
import SluiceHTTP
import SluicePipelines
import Testing

@testable import SluiceSaaS

/// Windows of records that say nowhere where they lie.
@Suite("records without places")
struct PageWalkPlaceTests {
    private func walk(
        _ cursor: String, key: String = "id", from position: ReadPosition = ReadPosition(), parent: String = "", needsCursor: Bool = true
    ) throws -> PageWalk {
        try RowsService(
            key: key, fields: "id: int64, idd: int64, at: string, att: string", cursor: cursor, more: parent.isEmpty ? [] : [parent]
        ).walk(from: position, needsCursor: needsCursor)
    }

    private func give(_ walk: inout PageWalk, _ records: String, next: String = "") throws -> Int {
        let page = Array("{\"rows\":[\(records)],\"next\":\"\(next)\"}".utf8)
        return try walk.take(page, link: nil, from: RowsService.address()).records.count
    }

    private static let dated = #"{"id":7,"at":"2024-01-02T03:04:05Z"}"#

    private func error(_ walk: inout PageWalk, _ records: String, next: String = "") -> SluiceError? {
        do {
            _ = try give(&walk, records, next: next)
            return nil
        } catch {
            return error as? SluiceError
        }
    }

    @Test(
        "a window whose records have no cursor or key ends with an error that says which value",
        arguments: [
            ("{field: att}", "id", "has no att", "cursor.field"),
            ("{field: at, form: seconds}", "id", "\"2024-01-02T03:04:05Z\" as at, which is not of the form seconds", "cursor.form: time"),
            ("{field: at}", "idd", "has no idd", "key"),
        ])
    func unplaced(_ cursor: String, _ key: String, _ what: String, _ remedy: String) throws {
        var walk = try walk(cursor, key: key)
        let error = try #require(error(&walk, Self.dated))
        #expect(error.code == .notIncremental)
        #expect(error.message.contains(what), "\(error.message)")
        #expect(error.remedy?.contains(remedy) == true)
        #expect(!walk.isDone)
        // A pull of everything needs no cursor.
        var whole = try self.walk(cursor, key: key, needsCursor: false)
        #expect(try give(&whole, Self.dated) == 1)
    }

    @Test("a form that is wrong is told on the first page, a cursor that is missing at the end of the window") func pages() throws {
        var wrong = try walk("{field: at, form: seconds}")
        #expect(error(&wrong, Self.dated, next: "b") != nil)
        var missing = try walk("{field: att}")
        #expect(try give(&missing, Self.dated, next: "b") == 1)
        #expect(error(&missing, Self.dated) != nil)
    }

    @Test("one record without a cursor among others, or behind them, is allowed") func some() throws {
        var walk = try walk("{field: at}")
        #expect(try give(&walk, #"{"id":1,"at":null}"#, next: "b") == 1)
        #expect(try give(&walk, Self.dated) == 1)
        #expect(walk.isDone)
        var later = try self.walk("{field: at}", from: walk.position)
        #expect(try give(&later, #"{"id":1}"#) == 1)
        #expect(later.isDone)
        var empty = try self.walk("{field: at}")
        #expect(try give(&empty, "") == 0)
        #expect(empty.isDone)
        var child = try self.walk("{field: at}", parent: "parent: {entity: groups, setting: group}")
        #expect(try give(&child, #"{"id":1}"#) == 1)
    }
}
