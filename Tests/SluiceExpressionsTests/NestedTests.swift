import SluiceCore
import Testing

@testable import SluiceExpressions

struct NestedTests {
    let table: Batch

    init() throws {
        let actor = DataType.structure([Field("login", .string), Field("ids", .list(.int64))])
        func person(_ login: String, _ ids: [Int64]) -> Value {
            .structure([.init("login", .string(login)), .init("ids", .list(ids.map { .integer($0) }))])
        }
        table = try batch(
            ("actor", actor, [person("ann", [3, 1]), .null, person("bob", [])]), ("k", .int64, [.integer(10), .integer(20), .integer(30)]),
            ("matrix", .list(.list(.int64)), [.list([.list([.integer(1)]), .null]), .null, .list([.list([.integer(2), .integer(3)])])]))
    }

    @Test("paths go through structs and lists, and null stays null")
    func paths() throws {
        #expect(try values("actor.login", table) == [.string("ann"), .null, .string("bob")])
        #expect(try values("actor.ids[1]", table) == [.integer(3), .null, .null])
        #expect(try values("actor.ids[-1] + k", table) == [.integer(11), .null, .null])
        #expect(try values("\"actor\".\"login\"", table) == [.string("ann"), .null, .string("bob")])
        #expect(try values("matrix[1][1]", table) == [.integer(1), .null, .integer(2)])
        #expect(try values("actor IS NULL", table) == [.boolean(false), .boolean(true), .boolean(false)])
        #expect(try values("actor.ids[0] IS NULL", table) == [.boolean(true), .boolean(true), .boolean(true)])
    }

    @Test("lambdas read elements, columns, and the parameters of lambdas around them")
    func lambdas() throws {
        #expect(try values("list_transform(actor.ids, x -> x + k)", table) == [.list([.integer(13), .integer(11)]), .null, .list([])])
        #expect(try values("list_filter(actor.ids, x -> x * 5 > k)", table) == [.list([.integer(3)]), .null, .list([])])
        #expect(
            try values("list_transform(matrix, row -> list_transform(row, x -> x * k + list_length(row)))", table)
                == [.list([.list([.integer(11)]), .null]), .null, .list([.list([.integer(62), .integer(92)])])])
        #expect(try values("list_transform([1, 2], x -> k)", table)[1] == .list([.integer(20), .integer(20)]))
        #expect(try values("list_transform([1, 2], k -> k)", table)[0] == .list([.integer(1), .integer(2)]))
        #expect(try values("list_transform([1], x -> 'c')", table)[2] == .list([.string("c")]))
    }

    @Test("nested values compare, join and adapt")
    func compare() throws {
        #expect(try value("[1, 2] < [1, 3]") == .boolean(true))
        #expect(try value("[1, NULL] = [1, NULL]") == .boolean(true))
        #expect(try value("[1] || [2.5] || []").json == "[1.0,2.5]")
        #expect(try value("named_struct('a', 1) = named_struct('a', 1.0)") == .boolean(true))
        #expect(try values("actor.ids = [3, 1]", table) == [.boolean(true), .null, .boolean(false)])
        #expect(try values("list_contains(actor.ids, k - 7)", table) == [.boolean(true), .null, .boolean(false)])
        #expect(try values("list_sort(actor.ids)[1]", table) == [.integer(1), .null, .null])
        #expect(try value("greatest([1], [2])").json == "[2]")
        #expect(try value("[]").json == "[]")
    }

    @Test(
        "JSON paths",
        arguments: [
            (#"{"a":{"b":[1,{"c":"x\n\u00e9\ud83d\ude00"}]}}"#, "$.a.b[1].c", "x\né😀"), (#"{"a":1.50}"#, "$.a", "1.50"),
            (#"[1,[2,3]]"#, "$[1]", "[2,3]"),
            (#"{"a":"}"}"#, "$.a", "}"), (#"{"x":{"a":1},"a":2}"#, "$.a", "2"), (#"{"a b":true}"#, "$.\"a b\"", "true"), ("  7 ", "$", "7"),
            (#"{"a":null}"#, "$.a", nil), (#"{"a":1"#, "$.b", nil), ("[1]", "$[1]", nil), ("", "$", nil), (#"{"a":"x"#, "$.a", nil),
            ("[[[[", "$[0]", nil),
            (#"{"a":"\q"}"#, "$.a", nil), (#"{"a":"\u+123"}"#, "$.a", nil),
        ] as [(String, String, String?)])
    func json(_ text: String, _ path: String, _ expected: String?) throws {
        let table = try batch(("t", .string, [.string(text)]))
        #expect(try values("json_extract_string(t, '\(path)')", table) == [expected.map { .string($0) } ?? .null], "\(text)")
    }
}
