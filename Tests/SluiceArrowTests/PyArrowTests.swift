import CArrow
import SluiceArrow
import SluiceCore
import SluiceTestKit
import Testing

/// Both directions with pyarrow, in one process.
@Suite("The C data interface with pyarrow", .enabled(if: EmbeddedPython.shared != nil, "no Python with pyarrow is there"), .serialized)
struct PyArrowTests {
    private let python: EmbeddedPython

    init() throws { python = try #require(EmbeddedPython.shared) }

    /// The arguments of `_import_from_c` and `_export_to_c`.
    private static func addresses(_ structures: Structures) -> String {
        "\(UInt(bitPattern: structures.array)), \(UInt(bitPattern: structures.schema))"
    }

    @Test("pyarrow finds every type valid, and gives it and a slice of it back", arguments: RoundTripTests.cases)
    func thereAndBack(_ type: DataType, _ usesDictionaries: Bool) throws {
        let seed = UInt64.random(in: 0...(.max))
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let model = ColumnModel(type, count: 200, usesDictionaries: usesDictionaries, using: &generator)
        let (sent, whole, slice) = (Structures(model.column), Structures(), Structures())
        try #require(
            python.run(
                """
                a = pa.Array._import_from_c(\(Self.addresses(sent)))
                a.validate(full=True)
                a._export_to_c(\(Self.addresses(whole)))
                a.slice(13, 101)._export_to_c(\(Self.addresses(slice)))
                del a
                """))
        #expect(sent.array.pointee.release == nil && sent.schema.pointee.release == nil)
        let column = try whole.imported()
        #expect(column.type == type)
        #expect(column.values == model.values)
        #expect(try slice.imported().values == Array(model.values[13..<114]))
    }

    @Test(
        "pyarrow reads the values that were meant",
        arguments: [
            (DataType.boolean, [Value.boolean(true), .null, .boolean(false)], "pa.bool_()", "[True, None, False]"),
            (.int8, [.integer(-128), .null], "pa.int8()", "[-128, None]"), (.int64, [.integer(.max)], "pa.int64()", "[2**63-1]"),
            (.float32, [.float(0.5), .null], "pa.float32()", "[0.5, None]"),
            (.decimal(precision: 5, scale: 2), [.decimal(-12345, scale: 2)], "pa.decimal128(5, 2)", "[decimal.Decimal('-123.45')]"),
            (.string, [.string("né"), .null, .string("")], "pa.string()", "['né', None, '']"),
            (.binary, [.binary([0, 255])], "pa.binary()", "[b'\\x00\\xff']"),
            (.date, [.date(19_000), .null], "pa.date32()", "[datetime.date(2022, 1, 8), None]"),
            (
                .timestamp(zoned: false), [.timestamp(1_500_000, zoned: false)], "pa.timestamp('us')",
                "[datetime.datetime(1970, 1, 1, 0, 0, 1, 500000)]"
            ),
            (
                .timestamp(zoned: true), [.timestamp(0, zoned: true)], "pa.timestamp('us', 'UTC')",
                "[datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)]"
            ),
            (.list(.string), [.list([.string("a"), .null]), .null, .list([])], "pa.list_(pa.string())", "[['a', None], None, []]"),
            (
                .structure([Field("a", .int64)]), [.structure([.init("a", .integer(1))]), .null], "pa.struct([('a', pa.int64())])",
                "[{'a': 1}, None]"
            ),
            (
                .map(key: .string, value: .int64), [.map([.init(.string("k"), .integer(1))]), .null], "pa.map_(pa.string(), pa.int64())",
                "[[('k', 1)], None]"
            ),
            (
                .choice([.int64, .string]), [.integer(1), .string("x"), .null],
                "pa.sparse_union([pa.field('0', pa.int64()), pa.field('1', pa.string())])", "[1, 'x', None]"
            ),
        ])
    func values(_ type: DataType, _ values: [Value], _ arrowType: String, _ expected: String) throws {
        let sent = Structures(try ColumnBuilder.column(type, values))
        #expect(
            python.run(
                """
                a = pa.Array._import_from_c(\(Self.addresses(sent)))
                assert a.type == \(arrowType), a.type
                assert a.to_pylist() == \(expected), a.to_pylist()
                """))
    }

    @Test(
        "types of pyarrow that are not ours become those that hold them",
        arguments: [
            ("pa.array([1, None, 255], pa.uint8())", "int16", "[1,null,255]"),
            ("pa.array([2**64-1, 0], pa.uint64())", "decimal(20,0)", "[18446744073709551615,0]"),
            ("pa.array([1.5, None], pa.float16())", "float32", "[1.5,null]"),
            ("pa.array(['a', None, 'bc'], pa.large_string())", "string", #"["a",null,"bc"]"#),
            ("pa.array(['a', None, 'more than twelve bytes'], pa.string_view())", "string", #"["a",null,"more than twelve bytes"]"#),
            (
                "pa.array(['x', 'a', None, 'more than twelve bytes'], pa.string_view()).slice(1)", "string",
                #"["a",null,"more than twelve bytes"]"#
            ),
            ("pa.array([b'ab', None], pa.binary(2))", "binary", #"["YWI=",null]"#),
            ("pa.array([[1], None, [2, 3]], pa.large_list(pa.int16()))", "list<int16>", "[[1],null,[2,3]]"),
            ("pa.array([[1, 2], [3, 4], None], pa.list_(pa.int8(), 2)).slice(1)", "list<int8>", "[[3,4],null]"),
            ("pa.array([0, 86400000], pa.date64())", "date", #"["1970-01-01","1970-01-02"]"#),
            ("pa.array([1, None], pa.timestamp('s'))", "timestamp", #"["1970-01-01T00:00:01",null]"#),
            ("pa.array([1500], pa.timestamp('ms', 'Europe/Paris'))", "timestamptz", #"["1970-01-01T00:00:01.500Z"]"#),
            ("pa.array([1000], pa.timestamp('ns'))", "timestamp", #"["1970-01-01T00:00:00.000001"]"#),
            ("pa.array([decimal.Decimal('-1.23')], pa.decimal256(40, 2)).cast(pa.decimal256(38, 2))", "decimal(38,2)", "[-1.23]"),
            ("pa.array([decimal.Decimal('-1.23')], pa.decimal64(10, 2))", "decimal(10,2)", "[-1.23]"),
            ("pa.array(['a', 'b', None, 'a']).dictionary_encode()", "string", #"["a","b",null,"a"]"#),
            ("pa.array([7, 8, 7]).dictionary_encode().slice(1)", "int64", "[8,7]"),
            ("pa.array([None, None])", "null", "[null,null]"),
            (
                "pa.UnionArray.from_dense(pa.array([0, 1, 0], pa.int8()), pa.array([0, 0, 1], pa.int32()), [pa.array([1, 2]), pa.array(['x'])])",
                "choice<int64, string>", #"[1,"x",2]"#
            ),
            (
                "pa.UnionArray.from_sparse(pa.array([0, 1, 0], pa.int8()), [pa.array([1, 2, None]), pa.array(['x', 'y', 'z'])]).slice(1)",
                "choice<int64, string>", #"["y",null]"#
            ),
            (
                "pa.array([[('a', 1)], None, [('b', None), ('c', 3)]], pa.map_(pa.string(), pa.int8())).slice(1)", "map<string, int8>",
                #"[null,{"b":null,"c":3}]"#
            ),
            ("pa.array([{'a': 1, 'b': ['x']}, None]).slice(0, 1)", "struct<a: int64, b: list<string>>", #"[{"a":1,"b":["x"]}]"#),
        ])
    func foreign(_ array: String, _ type: String, _ json: String) throws {
        let structures = Structures()
        try #require(python.run("\(array)._export_to_c(\(Self.addresses(structures)))"))
        let column = try structures.imported()
        #expect(column.type.description == type)
        #expect(Value.list(column.values).json == json)
    }

    @Test(
        "what would be changed or has no type is refused",
        arguments: [
            ("pa.array([1], pa.timestamp('ns'))", "value-does-not-fit"), ("pa.array([1], pa.time64('us'))", "type-error"),
            ("pa.array([1], pa.duration('s'))", "type-error"), ("pa.array([decimal.Decimal(10)**60], pa.decimal256(70, 0))", "type-error"),
            ("pa.array([[1]], pa.list_view(pa.int8()))", "type-error"),
            ("pa.UnionArray.from_dense(pa.array([0], pa.int8()), pa.array([0], pa.int32()), [pa.array([1]), pa.array([2])])", "type-error"),
        ])
    func refused(_ array: String, _ code: String) throws {
        let structures = Structures()
        try #require(python.run("\(array)._export_to_c(\(Self.addresses(structures)))"))
        #expect { try structures.imported() } throws: { ($0 as? SluiceError)?.code.name == code }
        #expect(structures.schema.pointee.release == nil && structures.array.pointee.release == nil)
    }

    @Test("batches are record batches")
    func batches() throws {
        let schema = try Schema([Field("id", .int64, isNullable: false), Field("name", .string)])
        let batch = Batch(
            schema, [.integers([1, 2]), .texts(ByteRows(texts: ["a", "b"]), validity: Bitmap([true, false]))], rowCount: 2)
        let (sent, back) = (Structures(), Structures())
        batch.exportArrow(schema: sent.schema, array: sent.array)
        try #require(
            python.run(
                """
                b = pa.RecordBatch._import_from_c(\(Self.addresses(sent)))
                b.validate(full=True)
                assert b.schema == pa.schema([pa.field('id', pa.int64(), nullable=False), ('name', pa.string())]), b.schema
                assert b.to_pylist() == [{'id': 1, 'name': 'a'}, {'id': 2, 'name': None}], b.to_pylist()
                b = pa.record_batch({'x': [1, 2, 3], 'y': ['p', None, 'q']}).slice(1)
                b._export_to_c(\(Self.addresses(back)))
                """))
        let read = try Batch.importArrow(schema: back.schema, array: back.array)
        #expect(read.schema.names == ["x", "y"])
        #expect(read.row(0).json == #"{"x":2,"y":null}"#)
        #expect(read.rowCount == 2)
    }
}
