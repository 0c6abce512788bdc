import SluiceCatalog
import SluiceCore
import SluiceTestKit
import Testing

@testable import SluiceConnectors

/// Members of records that no declaration names.
@Suite("fields that no declaration names")
struct FieldWatchTests {
    private let directory: TemporaryDirectory
    private let watch: FieldWatch

    init() throws {
        directory = try TemporaryDirectory()
        let found = FoundFields(catalog: try Catalog(home: directory.root), connection: "crm", entity: "crm rows")
        watch = FieldWatch(found: found, columns: ["id"])
    }

    private func check(_ record: String) throws {
        try watch.check(RawRecords(bytes: Array(record.utf8), starts: [0], ends: [Int32(record.utf8.count)]), at: nil)
    }

    @Test("a field with values is kept with its type, and the page begins again with it") func known() throws {
        try check(#"{"id":1,"later":null}"#)
        #expect(throws: SluiceError.self) { try check(#"{"id":1,"size":2,"list":[1]}"#) }
        #expect(try watch.found.known().map { "\($0.name) \($0.type)" }.sorted() == ["list string", "size int64"])
    }

    @Test("numbers that a float64 would change are texts") func wide() throws {
        let record = #"{"id":1,"wide":18446744073709551615,"long":12345678901234567.89,"whole":9223372036854775807,"half":0.5}"#
        #expect(throws: SluiceError.self) { try check(record) }
        let found = try watch.found.known().map { "\($0.name) \($0.type)" }.sorted()
        #expect(found == ["half float64", "long string", "whole int64", "wide string"])
    }

    @Test("whole numbers that a float64 would change are no float64 beside fractions") func wideBesideFractions() throws {
        let records = [#"{"id":1,"n":9007199254740993,"m":3}"#, #"{"id":2,"n":0.5,"m":0.5}"#]
        let bytes = Array(records.joined().utf8)
        let first = Int32(records[0].utf8.count)
        #expect(throws: SluiceError.self) {
            try watch.check(RawRecords(bytes: bytes, starts: [0, first], ends: [first, Int32(bytes.count)]), at: nil)
        }
        #expect(try watch.found.known().map { "\($0.name) \($0.type)" }.sorted() == ["m float64", "n string"])
    }

    @Test("a field with an empty name ends nothing, and what is known of one is passed over") func nameless() throws {
        try check(#"{"id":1,"":"x"}"#)
        #expect(try watch.found.known().isEmpty)
        try watch.found.keep([Field("", .string), Field("size", .int64)])
        #expect(try watch.found.known().map(\.name) == ["size"])
        var members = NewMembers()
        members.add("size", at: .file(path: "a", line: 1, column: nil))
        #expect(members.nameless == nil)
        members.add("", count: 3, at: .file(path: "a", line: 2, column: nil))
        let notice = "a member with an empty name is in 3 objects, first at a:2, and is left out: no column can be called so"
        #expect(members.nameless?.notices == [notice])
    }
}
