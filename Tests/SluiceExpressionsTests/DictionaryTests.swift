import SluiceCore
import Testing

@testable import SluiceExpressions

/// Texts that come as a dictionary give the same results and failures as plain ones.
struct DictionaryTests {
    private static let texts = [.null] + ["", "a", "7", "-3.5", "né", "2024-02-29", "a,b", "A%", "x"].map { Value.string($0) }

    /// `t` and `u` are dictionaries of which some values are used by no row; `n` is a number.
    private static func batches(rows: Int) throws -> (plain: Batch, encoded: Batch) {
        let columns = [1, 3].map { step in (0..<rows).map { texts[($0 * step + step) % texts.count] } }
        let plain = try batch(("t", .string, columns[0]), ("u", .string, columns[1]), ("n", .int64, (0..<rows).map { .integer(Int64($0)) }))
        let all = ByteRows(texts: ["unused", "1e999"] + texts.compactMap { if case .string(let text) = $0 { text } else { nil } })
        let encoded = [0, 1].map { index in
            let codes = plain.columns[index].values.map { value -> Int32 in
                guard case .string(let text) = value else { return 1 }
                return Int32((2..<all.count).first { all.text($0) == text } ?? 0)
            }
            return Column(.string, .dictionary(codes: codes, values: all), validity: plain.columns[index].validity)
        }
        return (plain, plain.with(plain.schema, encoded + [plain.columns[2]]))
    }

    @Test(
        "an expression of dictionary columns is that of plain ones",
        arguments: [
            "t", "t = 'a'", "t <> u", "t > 'a' AND t < 'x'", "t IN ('a', '7', 'zz')", "t NOT IN ('a', NULL)", "t LIKE 'a%'",
            "u ILIKE '%A%'",
            "upper(t)", "upper(trim(t)) || 'x'", "length(t) + n", "t || u", "coalesce(t, 'none')", "coalesce(t, u, 'none')", "t IS NULL",
            "CASE WHEN t = 'a' THEN 'first' WHEN n > 5 THEN u ELSE t END", "CASE t WHEN 'a' THEN 1 WHEN '7' THEN 2 END", "nullif(t, 'a')",
            "CAST(t AS int64)", "TRY_CAST(t AS float64)", "CAST(t AS date)", "try(CAST(t AS int64) + n)",
            "if(n % 2 = 0, CAST(t AS int64), 0)",
            "split(t, ',')", "list_transform([1, 2], x -> x + length(t))", "regexp_extract(t, '[0-9]+')", "concat(t, NULL, u)",
            "greatest(t, u)", "t BETWEEN 'a' AND u", "named_struct('t', t).t", "[t, u]", "substring(t, 1, n)", "CAST(t AS binary)",
        ], [3, 8, 9, 40, 200])
    func sameAsPlain(_ text: String, _ rows: Int) throws {
        let (plain, encoded) = try Self.batches(rows: rows)
        let expected = try evaluated(text, plain)
        let result = try evaluated(text, encoded)
        #expect(result.column.values == expected.column.values)
        #expect(result.errors.byRow == expected.errors.byRow)
    }

    @Test("a column and texts made of it stay encoded")
    func staysEncoded() throws {
        let encoded = try Self.batches(rows: 200).encoded
        #expect(try !evaluated("t", encoded).column.isFlat)
        #expect(try !evaluated("upper(trim(t))", encoded).column.isFlat)
        #expect(try evaluated("t || u", encoded).column.isFlat)
    }

    @Test("the columns that an expression reads are known through the short cut")
    func columns() throws {
        let schema = try Self.batches(rows: 1).plain.schema
        #expect(try Expression(parsing: "upper(u) = 'A'").bind(to: schema).columns == [1])
    }

    @Test("casts take dictionaries")
    func casts() throws {
        let (plain, encoded) = try Self.batches(rows: 40)
        for type in [DataType.int64, .binary, .date, .string] {
            let (expected, result) = (CastKernel.cast(plain.columns[0], to: type), CastKernel.cast(encoded.columns[0], to: type))
            #expect(result.column.values == expected.column.values)
            #expect(result.errors.byRow == expected.errors.byRow)
        }
    }
}
