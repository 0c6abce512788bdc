import SluiceCore
import Testing

@testable import SluiceEngine

@Suite("rows as text")
struct RowTextTests {
    private static func batch() throws -> Batch {
        let schema = try Schema([
            Field("n", .int64), Field("t", .string), Field("d", .decimal(precision: 20, scale: 4)), Field("f", .float64),
            Field("day", .date), Field("at", .timestamp(zoned: true)), Field("b", .binary), Field("l", .list(.int32)),
            Field("s", .structure([Field("x", .boolean), Field("y", .string)])),
        ])
        let list = Column(
            .list(.int32), .list(offsets: [0, 2, 2], values: Column(.int32, .int32([1, -2]))), validity: Bitmap([true, false]))
        let parts = [Column.booleans(Bitmap([true, false])), Column.texts(ByteRows(texts: ["a\"\n", "ü"]))]
        let columns: [Column] = [
            Column.integers([.max, 0], validity: Bitmap([true, false])), .texts(ByteRows(texts: ["", "x,\u{1F600}"])),
            Column(.decimal(precision: 20, scale: 4), .decimal([1_234_567_890_123_456_789, -1])), .floats([0.1, -1e300]),
            Column(.date, .int32([19_000, -1])), Column(.timestamp(zoned: true), .int64([1_700_000_000_123_456, -1])),
            Column(.binary, .bytes(ByteRows(texts: ["\u{0}\u{7F}", ""]))), list,
            Column(.structure([Field("x", .boolean), Field("y", .string)]), .structure(parts, count: 2)),
        ]
        return Batch(schema, columns, rowCount: 2)
    }

    @Test("rows of all types are read again as they were, nulls among them")
    func round() throws {
        let batch = try Self.batch()
        let texts = try (0..<2).map { try #require(RowText.text(of: RejectedRow($0, of: batch).alone)) }
        let again = try #require(RowText.rows(texts, batch.schema))
        #expect((0..<2).map { again.row($0) } == (0..<2).map { batch.row($0) })
    }

    @Test("what cannot be read again has no text; other columns and values that do not fit are no rows")
    func refused() throws {
        let number = try Schema([Field("f", .float64)])
        #expect(RowText.text(of: Batch(number, [.floats([.nan])], rowCount: 1)) == nil)
        #expect(RowText.rows([#"{"f":1.5}"#], number)?.rowCount == 1)
        for text in [#"{"g":1.5}"#, #"{"f":1.5,"g":1}"#, "{}", #"{"f":"many"}"#, "[]", "", "{"] {
            #expect(RowText.rows([text], number) == nil, "\(text)")
        }
    }
}
