import SluiceCore
import SluiceExpressions
import Testing

/// Texts that a few characters of an expression blow up.
@Suite("expressions: limits of texts", .serialized)
struct TextLimitTests {
    private static let rows = 2_500

    private func batch() throws -> Batch {
        let names = (0..<Self.rows).map { Value.string("name \($0 % 3)") }
        let columns = [
            try ColumnBuilder.column(.string, names), try ColumnBuilder.column(.int64, (0..<Self.rows).map { Value.integer(Int64($0)) }),
        ]
        return Batch(try Schema([Field("name", .string), Field("n", .int64)]), columns, rowCount: Self.rows)
    }

    private func evaluate(_ text: String, _ batch: Batch) throws -> Evaluated {
        try Expression(parsing: text).bind(to: batch.schema).evaluate(batch)
    }

    @Test(
        "a batch's texts stop at the limit, and the rows beyond fail and say so",
        arguments: [
            "repeat('ab', 8000000)", "repeat(name, 1000000)", "repeat(name, 1000000) || 'x'", "lpad(name, 8000000, 'x')",
            "rpad('x', 2000000, 'yz')", "CASE WHEN n >= 0 THEN repeat('ab', 8000000) END", "coalesce(NULL, repeat('ab', 8000000), name)",
            "replace(repeat(name, 10), 'n', repeat('ab', 8000))", "list_join([repeat(name, 1000000), name], ',')",
        ])
    func batchLimit(_ text: String) throws {
        let batch = try batch()
        let result = try evaluate(text, batch)
        let error = result.errors[Self.rows - 1]
        #expect(error?.code == .limitExceeded)
        #expect(error?.message.contains("\(ExpressionLimits.batchTextBytes)") == true, "\(error?.message ?? "")")
        #expect(result.column.byteCount <= 2 * ExpressionLimits.batchTextBytes)
    }

    @Test("a dictionary of names does not hide what its rows take")
    func dictionary() throws {
        var batch = try batch()
        let values = ByteRows(texts: ["a", "b"])
        let codes = (0..<Self.rows).map { Int32($0 % 2) }
        batch = batch.with(batch.schema, [Column(.string, .dictionary(codes: codes, values: values)), batch.columns[1]])
        for text in ["repeat(name, 1000000)", "repeat(name, 1000000) || CAST(n AS string)"] {
            let result = try evaluate(text, batch)
            #expect(result.errors[Self.rows - 1]?.code == .limitExceeded, "\(text)")
        }
        #expect(try evaluate("repeat(name, 10000)", batch).errors.isEmpty)
    }

    @Test("one text stops at its limit, whatever the others")
    func textLimit() throws {
        let result = try evaluate("repeat('ab', CASE WHEN n = 7 THEN 9000000 ELSE 1 END)", try batch())
        #expect(result.errors.count == 1)
        #expect(result.errors[7]?.message.contains("longer than \(ExpressionLimits.textBytes) bytes") == true)
    }

    @Test("a long constant is one like others, as long as its copies fit")
    func longConstants() throws {
        let batch = try batch()
        let result = try evaluate("repeat('ab', 20000)", batch)
        #expect(result.errors.isEmpty && result.column[Self.rows - 1] == .string(String(repeating: "ab", count: 20_000)))
        #expect(try evaluate("length(repeat('ab', 20000)) + n", batch).column[5] == .integer(40_005))
        let long = String(repeating: "x", count: ExpressionLimits.constantBytes + 1)
        #expect(try evaluate("length('\(long)' || name)", batch).column[3] == .integer(Int64(long.count + 6)))
    }

    @Test("texts that do not grow have no limit of their own")
    func steadyTexts() throws {
        let long = String(repeating: "x", count: 100_000)
        let texts = try ColumnBuilder.column(.string, [Value](repeating: .string(long), count: 1_500))
        let batch = Batch(try Schema([Field("name", .string)]), [texts], rowCount: 1_500)
        #expect(try evaluate("trim(name)", batch).errors.isEmpty)
    }
}
