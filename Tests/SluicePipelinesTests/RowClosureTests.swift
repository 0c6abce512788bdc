import FoundationEssentials
import SluiceCore
import SluicePipelines
import Testing

@Suite struct RowClosureTests {
    struct Person: Codable, Hashable {
        enum Kind: String, Codable, CaseIterable { case person = "natural person", firm }
        struct Place: Codable, Hashable {
            var city: String
            var floor: Int16?
        }
        var name: String
        var age: Int32?
        var score: Double
        var active: Bool
        var born: CivilDate
        var seen: Date?
        var kind: Kind
        var home: Place?
        var tags: [String]
        var places: [Place]
        var picture: [UInt8]?
    }

    private static let people = [
        Person(
            name: "Ann", age: 40, score: 1.5, active: true, born: CivilDate(daysSinceEpoch: -1), seen: Date(timeIntervalSince1970: 1.25),
            kind: .firm, home: .init(city: "Łódź", floor: 3), tags: ["a", "", "ü"], places: [.init(city: "x", floor: nil)],
            picture: [0, 255]),
        Person(
            name: "", age: nil, score: -.infinity, active: false, born: CivilDate(daysSinceEpoch: 19_000), seen: nil, kind: .person,
            home: nil, tags: [], places: [], picture: nil),
        Person(
            name: "Zoë", age: .min, score: 0, active: true, born: CivilDate(daysSinceEpoch: 0), seen: Date(timeIntervalSince1970: -0.5),
            kind: .firm, home: .init(city: "", floor: nil), tags: ["b"], places: [.init(city: "y", floor: 1), .init(city: "z", floor: -1)],
            picture: []),
    ]

    private struct Number: Codable { var n: Int }

    /// The closure as the engine gets it.
    private func run(_ closure: StepClosure, _ batch: Batch) throws -> BatchClosure.Output {
        try #require(Jobs(closures: [closure]).registry[closure.name]).run(batch)
    }

    private func batch(_ fields: [Field], _ rows: [[Value]]) throws -> Batch {
        let columns = try fields.indices.map { position in
            try ColumnBuilder.column(fields[position].type, rows.map { $0[position] })
        }
        return Batch(try Schema(fields), columns, rowCount: rows.count)
    }

    private func numbers(_ numbers: [Value]) throws -> Batch { try batch([Field("n", .int64)], numbers.map { [$0] }) }

    @Test("rows come back as they were: nulls, nested values, lists, dates and times")
    func roundTrip() throws {
        let make = try StepClosure.flatMap("make") { (row: Number) in [Self.people[row.n]] }
        let made = try run(make, numbers([.integer(0), .integer(1), .integer(2)]))
        #expect(made.errors.isEmpty)
        let same = try run(try .map("same") { (person: Person) in person }, made.batch)
        #expect(same.errors.isEmpty)
        #expect((0..<3).map { same.batch.row($0) } == (0..<3).map { made.batch.row($0) })
        let seen = Seen()
        _ = try run(.filter("look") { (person: Person) in seen.add(person) }, same.batch)
        #expect(seen.people == Self.people)
        #expect(
            made.batch.row(0).json == "{\"name\":\"Ann\",\"age\":40,\"score\":1.5,\"active\":true,\"born\":\"1969-12-31\","
                + "\"seen\":\"1970-01-01T00:00:01.250Z\",\"kind\":\"firm\",\"home\":{\"city\":\"Łódź\",\"floor\":3},"
                + "\"tags\":[\"a\",\"\",\"ü\"],\"places\":[{\"city\":\"x\",\"floor\":null}],\"picture\":\"AP8=\"}")
    }

    @Test("a closure that throws, and a row that does not fit, fail that row alone")
    func failingRows() throws {
        struct TooMany: Error, CustomStringConvertible { var description: String { "too many" } }
        let closure = try StepClosure.map("check") { (row: Number) throws -> Number in
            if row.n > 5 { throw TooMany() }
            return Number(n: row.n * 2)
        }
        let output = try run(closure, numbers([.integer(1), .integer(9), .null, .integer(3)]))
        #expect((0..<output.batch.rowCount).map { output.batch.row($0).json } == ["{\"n\":2}", "{\"n\":6}"])
        #expect(output.errors.count == 2)
        #expect(output.errors[1]?.code == .closureFailed)
        #expect(output.errors[1]?.message == "the closure failed: too many")
        #expect(output.errors[2]?.code == .valueDoesNotFit)
        #expect(output.errors[2]?.column == "n")
    }

    @Test("an error that the closure throws as a row's error keeps its code")
    func rowErrors() throws {
        let closure = StepClosure.filter("check") { (row: Number) throws -> Bool in
            if row.n == 1 { throw RowError(.divisionByZero, "no", column: "n") }
            if row.n == 2 { throw SluiceError(.notFound, "nothing") }
            return row.n == 3
        }
        let output = try run(closure, numbers((1...4).map { .integer($0) }))
        #expect(output.batch.rowCount == 1)
        #expect(output.errors[0]?.code == .divisionByZero)
        #expect(output.errors[1]?.code == .notFound)
    }

    @Test(
        "a value that its property cannot hold is that row's error and names the column",
        arguments: [(Value.integer(128), 0), (.integer(-129), 0), (.integer(127), 1), (.integer(-128), 1), (.null, 0)])
    func ranges(_ value: Value, _ rows: Int) throws {
        struct Small: Codable { var n: Int8 }
        let output = try run(.filter("small") { (_: Small) in true }, numbers([value]))
        #expect(output.batch.rowCount == rows)
        #expect(output.errors[0]?.column == (rows == 0 ? "n" : nil))
    }

    @Test("a whole number that a Double would round does not become one")
    func exactFloats() throws {
        struct Real: Codable { var n: Double }
        let output = try run(.filter("real") { (_: Real) in true }, numbers([.integer(1 << 53), .integer(1 << 53 + 1)]))
        #expect(output.batch.rowCount == 1)
        #expect(output.errors[1]?.code == .valueDoesNotFit)
    }

    @Test("a nested value that does not fit is named by its path")
    func nestedPath() throws {
        struct Row: Codable {
            struct Item: Codable { var sku: String }
            var items: [Item]
        }
        let item = DataType.structure([Field("sku", .string)])
        let rows = try batch(
            [Field("items", .list(item))],
            [[.list([.structure([.init("sku", .string("a"))]), .structure([.init("sku", .null)])])], [.list([])]])
        let output = try run(.filter("items") { (_: Row) in true }, rows)
        #expect(output.batch.rowCount == 1)
        #expect(output.errors[0]?.column == "items[2].sku")
    }

    @Test("exact decimals and dates travel as text, and text that is none does not fit")
    func texts() throws {
        struct Row: Codable {
            var amount: String
            var day: String?
        }
        let fields = [Field("amount", .decimal(precision: 12, scale: 2)), Field("day", .date)]
        let schema = try Schema(fields)
        let rows = try batch(fields, [[.decimal(-1_205, scale: 2), .date(0)], [.decimal(100, scale: 2), .null]])
        let same = try run(try .map("same", schema: schema) { (row: Row) in row }, rows)
        #expect(same.errors.isEmpty)
        #expect((0..<2).map { same.batch.row($0) } == (0..<2).map { rows.row($0) })
        let wrong = try run(
            try .map("wrong", schema: schema) { (row: Row) in Row(amount: "1.005", day: row.day) }, rows)
        #expect(wrong.errors.count == 2)
        #expect(wrong.errors[0]?.column == "amount")
    }

    @Test("null in a column that cannot be null fails the row, and a row of several is added whole or not at all")
    func wholeRows() throws {
        struct Out: Codable { var n: Int? }
        let schema = try Schema([Field("n", .int64, isNullable: false)])
        let closure = try StepClosure.flatMap("some", schema: schema) { (row: Number) in
            row.n == 0 ? [] : [Out(n: row.n), Out(n: row.n == 2 ? nil : 7)]
        }
        let output = try run(closure, numbers([.integer(0), .integer(1), .integer(2)]))
        #expect((0..<output.batch.rowCount).map { output.batch.row($0).json } == ["{\"n\":1}", "{\"n\":7}"])
        #expect(output.errors.count == 1)
        #expect(output.errors[2]?.column == "n")
    }

    @Test("a batch closure that makes other columns than it declares is refused")
    func batches() throws {
        let closure = StepClosure.batches("double", schema: { $0 }) { batch in
            Batch(Schema.empty, [], rowCount: batch.rowCount)
        }
        let rows = try numbers([.integer(1)])
        #expect(throws: SluiceError.self) { _ = try run(closure, rows) }
        let same = try run(.batches("same", schema: { $0 }) { $0 }, rows)
        #expect(same.batch.row(0) == rows.row(0))
    }

    /// The rows that a closure saw; one test's closure runs on one thread at a time.
    private final class Seen: @unchecked Sendable {
        private(set) var people: [Person] = []
        func add(_ person: Person) -> Bool {
            people.append(person)
            return true
        }
    }
}
