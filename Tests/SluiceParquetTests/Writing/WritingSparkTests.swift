import Glibc
import SluiceCodecs
import SluiceCore
import SluiceParquet
import SluiceTestKit
import Testing

/// Files of ours, read by Spark with identical values.
@Suite("Parquet files that Spark reads") struct WritingSparkTests {
    /// A Python that has pyspark: `SLUICE_SPARK_PYTHON` if set, or `python3`.
    private static let python: String? = {
        let given = getenv("SLUICE_SPARK_PYTHON").map { [String(cString: $0)] } ?? []
        let found = (given + ["python3"]).first { InstalledProgram.succeeds($0, ["-c", "import pyspark"]) }
        guard let found, InstalledProgram.isThere("java") else {
            print("skipped: the Python package pyspark, or Java, is not there; set SLUICE_SPARK_PYTHON")
            return nil
        }
        return found
    }()

    @Test("every type, flat and nested, in both page versions", .enabled(if: python != nil, "pyspark is not there"))
    func allTypes() async throws {
        var random = WritingRandom(seed: 5)
        let directory = try TemporaryDirectory()
        let nested: [DataType] = [
            .list(.int64), .list(.list(.string)), .map(key: .string, value: .float64), .choice([.int64, .string]),
            .structure([Field("x", .int16), Field("y", .list(.timestamp(zoned: true))), Field("z", .structure([Field("w", .date)]))]),
            .list(.structure([Field("k", .string, isNullable: false), Field("v", .map(key: .int32, value: .list(.boolean)))])),
        ]
        let types = WritingRandom.flatTypes + nested + [.null]
        let schema = try Schema(types.enumerated().map { Field("c\($0)", $1) })
        for (name, version) in [("v1", ParquetWriterOptions.PageVersion.one), ("v2", .two)] {
            var options = ParquetWriterOptions()
            options.pageVersion = version
            options.pageRows = 50
            options.codec = version == .one ? .snappy : .zstd
            options.bloomFilters = ["c3", "c14"]
            var groups: [[Batch]] = []
            for _ in 0..<2 {
                var columns: [Column] = []
                for type in types { columns.append(type == .null ? .nulls(.null, count: 300) : try random.column(type, count: 300)) }
                groups.append([Batch(schema, columns, rowCount: 300)])
            }
            try WritingFile.write(name, schema, groups, options, in: directory)
        }
        let program = try directory.write("program.py", Self.comparison)
        let result = try await Command(
            try #require(Self.python), [program], environment: ["TZ": "UTC"], directory: directory.root
        ).run(timeout: .seconds(600))
        try #require(result.exitCode == 0 && result.output.contains("compared 2"), "\(result.output)\n\(result.errors.suffix(3_000))")
    }

    private static let comparison = #"""
        import datetime, glob, json, struct, sys
        from pyspark.sql import SparkSession
        from pyspark.sql import types as t

        spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config(
            "spark.sql.session.timeZone", "UTC").getOrCreate()
        epoch = datetime.datetime(1970, 1, 1)

        def canonical(value, kind):
            if value is None: return None
            if isinstance(kind, t.StructType): return [canonical(value[i], f.dataType) for i, f in enumerate(kind.fields)]
            if isinstance(kind, t.ArrayType): return [canonical(v, kind.elementType) for v in value]
            if isinstance(kind, t.MapType):
                return sorted(([canonical(k, kind.keyType), canonical(v, kind.valueType)] for k, v in value.items()), key=str)
            if isinstance(kind, (t.FloatType, t.DoubleType)): return "nan" if value != value else struct.pack(">d", value).hex()
            if isinstance(kind, t.DecimalType):
                sign, digits, _ = value.as_tuple()
                return int("".join(map(str, digits))) * (-1 if sign else 1)
            if isinstance(kind, t.BinaryType): return bytes(value).hex()
            if isinstance(kind, t.DateType): return (value - epoch.date()).days
            if isinstance(kind, (t.TimestampType, t.TimestampNTZType)):
                return (value.replace(tzinfo=None) - epoch) // datetime.timedelta(microseconds=1)
            return value

        def sorted_maps(value, kind):
            if value is None: return None
            if isinstance(kind, t.StructType): return [sorted_maps(v, f.dataType) for v, f in zip(value, kind.fields)]
            if isinstance(kind, t.ArrayType): return [sorted_maps(v, kind.elementType) for v in value]
            if isinstance(kind, t.MapType): return sorted(([k, sorted_maps(v, kind.valueType)] for k, v in value), key=str)
            return value

        compared = failures = 0
        for path in sorted(glob.glob("*.parquet")):
            with open(path.replace(".parquet", ".json")) as file: expected = [json.loads(line) for line in file]
            frame = spark.read.parquet(path)
            print(path, frame.schema.simpleString())
            rows = frame.collect()
            for index, field in enumerate(frame.schema.fields):
                assert len(rows) == len(expected[index]), len(rows)
                for number, row in enumerate(rows):
                    a, b = canonical(row[index], field.dataType), sorted_maps(expected[index][number], field.dataType)
                    if a != b:
                        failures += 1
                        print(f"{path}: column {field}, row {number}: {str(a)[:300]} instead of {str(b)[:300]}")
                        break
            kept = frame.filter("c3 > 100").count()
            assert kept == sum(1 for value in expected[3] if value is not None and value > 100), kept
            compared += 1
        print("compared", compared)
        sys.exit(1 if failures else 0)
        """#
}
