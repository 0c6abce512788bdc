import Glibc
import SluiceCore
import SluiceTestKit
import Testing

/// Programs that read what the writer wrote: pyarrow, DuckDB and Polars, from PyPI.
enum WritingReaders {
    /// A Python that has the three: `SLUICE_PYTHON` if set, the benchmarks' own environment, or `python3`.
    static let python: String? = {
        let given = getenv("SLUICE_PYTHON").map { [String(cString: $0)] } ?? []
        let candidates = given + [Repository.path("Benchmarks/cache/venv/bin/python"), "python3"]
        let found = candidates.first { InstalledProgram.succeeds($0, ["-c", "import pyarrow.parquet, duckdb, polars"]) }
        if found == nil { print("skipped: the Python packages pyarrow, duckdb and polars are not there; set SLUICE_PYTHON") }
        return found
    }()

    static let areThere = python != nil

    /// Runs a Python program; its output.
    static func run(_ program: String, in directory: TemporaryDirectory) async throws -> String {
        let path = try directory.write("program.py", program)
        let result = try await Command(try #require(python), [path], directory: directory.root).run(timeout: .seconds(600))
        try #require(result.exitCode == 0, "\(result.transcript)")
        return result.output
    }

    /// Has all files of a directory read by each program, and compared with what they must hold.
    static func compare(in directory: TemporaryDirectory) async throws {
        let files = directory.files().filter { $0.hasSuffix(".parquet") }
        let output = try await run(comparison, in: directory)
        #expect(!files.isEmpty && output.contains("compared \(files.count * 3)\n"))
    }

    /// Compares every `NAME.parquet` of a directory with its `NAME.json`: one line of JSON for each column.
    static let comparison = #"""
        import glob, json, struct, sys
        import duckdb, polars, pyarrow as pa, pyarrow.parquet as pq

        def bits(value):
            return None if value is None else "nan" if value != value else struct.pack(">d", value).hex()

        def unscaled(value):
            if value is None: return None
            sign, digits, _ = value.as_tuple()
            number = int("".join(map(str, digits)))
            return -number if sign else number

        def spans(array):
            offsets, valid = array.offsets.to_pylist(), array.is_valid().to_pylist()
            return [(offsets[i], offsets[i + 1]) if valid[i] else None for i in range(len(array))]

        def canonical(array):
            kind = array.type
            if pa.types.is_dictionary(kind): return canonical(array.dictionary_decode())
            if pa.types.is_struct(kind):
                members = [canonical(member) for member in array.flatten()]
                return [list(row) if valid else None for valid, *row in zip(array.is_valid().to_pylist(), *members)]
            if pa.types.is_map(kind):
                keys, items = canonical(array.keys), canonical(array.items)
                return [None if s is None else [[keys[i], items[i]] for i in range(*s)] for s in spans(array)]
            if pa.types.is_list(kind) or pa.types.is_large_list(kind):
                values = canonical(array.values)
                return [None if s is None else values[s[0]:s[1]] for s in spans(array)]
            if pa.types.is_floating(kind): return [bits(value) for value in array.cast(pa.float64()).to_pylist()]
            if pa.types.is_decimal(kind): return [unscaled(value) for value in array.to_pylist()]
            if pa.types.is_timestamp(kind): return array.cast(pa.int64()).to_pylist()
            if pa.types.is_date32(kind): return array.cast(pa.int32()).to_pylist()
            values = array.to_pylist()
            return [value.hex() if isinstance(value, bytes) else value for value in values]

        def combined(column):
            return column.combine_chunks() if isinstance(column, pa.ChunkedArray) and column.num_chunks != 1 else column.chunk(0)

        def table(result):
            return result if isinstance(result, pa.Table) else result.read_all()

        readers = {
            "pyarrow": lambda path: pq.read_table(path),
            "DuckDB": lambda path: table(duckdb.sql(f"select * from read_parquet('{path}')").arrow()),
            "Polars": lambda path: polars.read_parquet(path).to_arrow(),
        }
        failures = compared = 0
        for path in sorted(glob.glob("*.parquet")):
            with open(path.replace(".parquet", ".json")) as file: expected = [json.loads(line) for line in file]
            for name, read in readers.items():
                try:
                    got = read(path)
                    compared += 1
                    assert got.num_columns == len(expected), f"{got.num_columns} columns instead of {len(expected)}"
                    for index, column in enumerate(got.columns):
                        values = canonical(combined(column)) if len(column) else []
                        assert len(values) == len(expected[index]), f"{len(values)} rows instead of {len(expected[index])}"
                        for row, (a, b) in enumerate(zip(values, expected[index])):
                            assert a == b, f"column {got.schema.field(index)}, row {row}: {str(a)[:300]} instead of {str(b)[:300]}"
                except Exception as problem:
                    failures += 1
                    print(f"{path}: {name}: {type(problem).__name__}: {problem}")
        print(f"compared {compared}")
        sys.exit(1 if failures else 0)
        """#
}

extension Column {
    /// All values as one line of JSON that keeps every bit: floats as their bits, times and decimals as integers, binaries in hexadecimal,
    /// structs and choices as lists of their members, maps as lists of pairs.
    var canonical: String { "[" + (0..<count).map { canonical($0) }.joined(separator: ",") + "]" }

    private func canonical(_ row: Int) -> String {
        if isNull(row) { return "null" }
        switch storage {
        case .null: return "null"
        case .boolean(let bits): return bits[row] ? "true" : "false"
        case .int8(let values): return String(values[row])
        case .int16(let values): return String(values[row])
        case .int32(let values): return String(values[row])
        case .int64(let values): return String(values[row])
        case .float32(let values): return Self.bits(Double(values[row]))
        case .float64(let values): return Self.bits(values[row])
        case .decimal(let values): return String(values[row])
        case .bytes(let rows): return Self.text(rows[row], type)
        case .dictionary(let codes, let values): return Self.text(values[Int(codes[row])], type)
        case .list(let offsets, let values):
            return "[" + (offsets[row]..<offsets[row + 1]).map { values.canonical(Int($0)) }.joined(separator: ",") + "]"
        case .map(let offsets, let keys, let values):
            let entries = (offsets[row]..<offsets[row + 1]).map { "[\(keys.canonical(Int($0))),\(values.canonical(Int($0)))]" }
            return "[" + entries.joined(separator: ",") + "]"
        case .structure(let members, _): return "[" + members.map { $0.canonical(row) }.joined(separator: ",") + "]"
        case .choice(let tags, let alternatives):
            let members = alternatives.enumerated().map { tags[row] == $0 ? $1.canonical(row) : "null" }
            return "[" + members.joined(separator: ",") + "]"
        }
    }

    private static func bits(_ value: Double) -> String {
        if value.isNaN { return "\"nan\"" }
        let digits = String(value.bitPattern, radix: 16)
        return "\"" + String(repeating: "0", count: 16 - digits.count) + digits + "\""
    }

    private static func text(_ bytes: ArraySlice<UInt8>, _ type: DataType) -> String {
        if type == .string { return Value.string(String(decoding: bytes, as: UTF8.self)).json }
        return "\"" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\""
    }
}
