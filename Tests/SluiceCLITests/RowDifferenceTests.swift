import SluiceConnectors
import SluiceCore
import SluicePipelines
import SluiceTestKit
import Testing

@testable import SluiceCLI

@Suite("rows that differ") struct RowDifferenceTests {
    private func table(_ yaml: String) throws -> ExpectedTable { try ExpectedTable(try node(yaml)) }

    private func node(_ yaml: String) throws -> DefinitionNode {
        let directory = try TemporaryDirectory()
        let path = try directory.write("a.tests.yaml", "- name: x\n  expect:\n    rows:" + yaml)
        let suite = try TestSuite.load(path: path, connectors: .standard)
        return try #require(suite?.tests.first?.expectation?.sink.rows)
    }

    private func difference(_ yaml: String, _ fields: [Field], _ rows: [[Value]], more: String = "") throws -> RowDifference {
        let directory = try TemporaryDirectory()
        let path = try directory.write("a.tests.yaml", "- name: x\n  expect:\n    \(more)\n    rows:" + yaml)
        let expectation = try #require(try TestSuite.load(path: path, connectors: .standard)?.tests.first?.expectation?.sink)
        return RowDifference(try ExpectedTable(try #require(expectation.rows)), expectation, try Schema(fields), rows)
    }

    @Test("equal values are equal however they are written")
    func equal() throws {
        let fields = [
            Field("i", .int64), Field("d", .decimal(precision: 9, scale: 3)), Field("f", .float64), Field("t", .timestamp(zoned: true)),
            Field("s", .string), Field("l", .list(.int64)), Field("r", .structure([Field("a", .int64), Field("b", .string)])),
        ]
        let row: [Value] = [
            .integer(5), .decimal(1500, scale: 3), .float(0.5), .timestamp(1_709_294_400_000_000, zoned: true), .string("5.0"),
            .list([.integer(1), .null]), .structure([.init("a", .integer(1)), .init("b", .null)]),
        ]
        let written = " [{i: 5, d: 1.5, f: 0.50, t: \"2024-03-01T13:00:00+01:00\", s: \"5.0\", l: [1, null], r: {a: 1}}]\n"
        #expect(try difference(written, fields, [row]).isEmpty)
        #expect(try !difference(written.replacing("s: \"5.0\"", with: "s: \"5\""), fields, [row]).isEmpty)
        #expect(try !difference(written.replacing("1.5,", with: "1.501,"), fields, [row]).isEmpty)
    }

    @Test("CSV: quotes, empty texts and nulls")
    func csv() throws {
        let table = try table(" |\n      a,b\n      \"x, \"\"y\"\"\",\n      \"\",1\n")
        #expect(table.columns == ["a", "b"] && table.rows.count == 2)
        #expect(table.rows[0].map(\.shown) == ["x, \"y\"", "NULL"] && table.rows[1].map(\.shown) == ["", "1"])
        #expect(throws: SluiceError.self) { _ = try self.table(" |\n      a,b\n      1\n") }
        #expect(throws: SluiceError.self) { _ = try self.table(" |\n      a,b\n      \"1,2\n") }
    }

    @Test("rows in any order, each as often as it is expected")
    func multiset() throws {
        let fields = [Field("n", .int64)]
        #expect(try difference(" [{n: 1}, {n: 2}, {n: 1}]\n", fields, [[.integer(1)], [.integer(1)], [.integer(2)]]).isEmpty)
        let twice = try difference(" [{n: 1}, {n: 2}]\n", fields, [[.integer(1)], [.integer(1)], [.integer(2)]])
        #expect(twice.missingRows == 0 && twice.unexpectedRows == 1 && twice.equalRows == 2)
        let order = try difference(" [{n: 2}, {n: 1}]\n", fields, [[.integer(1)], [.integer(2)]], more: "ordered: true")
        #expect(order.isOrderOnly && order.lines.count == 2)
    }

    @Test("columns that are only on one side are named")
    func columns() throws {
        let fields = [Field("n", .int64), Field("m", .int64), Field("empty", .int64)]
        let found = try difference(" [{n: 1, x: 2}]\n", fields, [[.integer(1), .integer(3), .null]])
        #expect(found.unknownColumns == ["x"] && found.unnamedColumns == ["m"])
        #expect(try difference(" [{n: 1}]\n", fields, [[.integer(1), .integer(3), .null]], more: "columns: [n]").isEmpty)
    }

    @Test("a wide table shows what differs within the width")
    func wide() throws {
        let fields = (0..<30).map { Field("column_\($0)", .string) }
        let rows = [fields.indices.map { Value.string("value \($0)") }]
        let written = " [{" + fields.indices.map { "column_\($0): value \($0 == 17 ? 99 : $0)" }.joined(separator: ", ") + "}]\n"
        let lines = try difference(written, fields, rows).text(width: 74, style: .plain)
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= 74 })
        #expect(lines.contains { $0.hasPrefix("-  value 99") } && lines.contains { $0.hasPrefix("+  value 17") }, "\(lines)")
    }
}
