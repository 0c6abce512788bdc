import SluiceCore
import SluiceFormats
import SluiceTestKit
import Testing

/// Files that the Python package fastavro writes, and files of ours that it reads.
@Suite("Avro: with fastavro", .enabled(if: hasFastavro, "the Python packages fastavro, cramjam and backports.zstd are not there"))
struct FastavroTests {
    /// Prints a file's records as Sluice prints rows as JSON.
    private static let printing = #"""
        import base64, datetime, decimal, json, sys, uuid
        import fastavro

        def text(value):
            if isinstance(value, dict): return "{" + ",".join(text(key) + ":" + text(inner) for key, inner in value.items()) + "}"
            if isinstance(value, list): return "[" + ",".join(map(text, value)) + "]"
            if isinstance(value, decimal.Decimal): return format(value, "f")
            if isinstance(value, bytes): value = base64.b64encode(value).decode()
            if isinstance(value, uuid.UUID): value = str(value)
            if isinstance(value, datetime.datetime):
                value = value.strftime("%Y-%m-%dT%H:%M:%S") + fraction(value) + ("Z" if value.tzinfo else "")
            if isinstance(value, datetime.time): value = value.strftime("%H:%M:%S") + fraction(value)
            if isinstance(value, datetime.date): value = value.isoformat()
            return json.dumps(value, ensure_ascii=False)

        def fraction(value):
            micros = value.microsecond
            return "" if micros == 0 else f".{micros // 1000:03}" if micros % 1000 == 0 else f".{micros:06}"

        def show(records):
            for record in records:
                print(text(record))

        """#

    private static func python(_ program: String, in directory: TemporaryDirectory) async throws -> String {
        let result = try await Command("python3", ["-c", printing + program], directory: directory.root).run()
        try #require(result.exitCode == 0, "\(result.transcript)")
        return result.output
    }

    private static let writing = #"""
        schema = {"type": "record", "name": "r", "namespace": "n", "fields": [
            {"name": "i", "type": "int"}, {"name": "l", "type": ["null", "long"]}, {"name": "f", "type": "float"},
            {"name": "d", "type": ["double", "null"]}, {"name": "b", "type": "boolean"}, {"name": "s", "type": ["null", "string"]},
            {"name": "by", "type": "bytes"}, {"name": "fx", "type": {"type": "fixed", "name": "fx", "size": 3}},
            {"name": "e", "type": {"type": "enum", "name": "e", "symbols": ["A", "B", "C"]}}, {"name": "e2", "type": ["null", "e"]},
            {"name": "a", "type": {"type": "array", "items": ["null", "long"]}},
            {"name": "m", "type": {"type": "map", "values": {"type": "array", "items": "string"}}},
            {"name": "st", "type": ["null", {"type": "record", "name": "st", "fields": [
                {"name": "x", "type": "long"}, {"name": "y", "type": ["null", "fx"]}]}]},
            {"name": "u", "type": ["null", "long", "string", {"type": "array", "items": "boolean"}]},
            {"name": "dec", "type": {"type": "bytes", "logicalType": "decimal", "precision": 20, "scale": 3}},
            {"name": "fdec", "type": {"type": "fixed", "name": "fd", "size": 9, "logicalType": "decimal", "precision": 18, "scale": 2}},
            {"name": "date", "type": {"type": "int", "logicalType": "date"}},
            {"name": "tms", "type": {"type": "int", "logicalType": "time-millis"}},
            {"name": "tus", "type": {"type": "long", "logicalType": "time-micros"}},
            {"name": "ts", "type": ["null", {"type": "long", "logicalType": "timestamp-millis"}]},
            {"name": "tsu", "type": {"type": "long", "logicalType": "timestamp-micros"}},
            {"name": "lts", "type": {"type": "long", "logicalType": "local-timestamp-millis"}},
            {"name": "id", "type": {"type": "string", "logicalType": "uuid"}}]}
        utc = datetime.timezone.utc
        def record(n):
            return {"i": n * 1000 - 5, "l": None if n % 3 == 0 else n * -(1 << 40), "f": n / 4 + 0.5, "d": None if n % 5 == 0 else n / 8 + 0.5,
                "b": n % 2 == 0, "s": None if n % 4 == 0 else "text µ漢 " + "x" * (n % 200), "by": bytes([n % 256] * (n % 7)),
                "fx": bytes([1, 2, n % 256]), "e": "ABC"[n % 3], "e2": None if n % 2 else "C",
                "a": [None if k % 2 else k * n for k in range(n % 5)], "m": {f"k{k}": ["v"] * k for k in range(n % 4)},
                "st": None if n % 6 == 0 else {"x": n, "y": None if n % 2 else b"abc"},
                "u": [None, n, f"u{n}", [True, False]][n % 4],
                "dec": decimal.Decimal(n * 1234567 - 9999).scaleb(-3), "fdec": decimal.Decimal(-n * 77).scaleb(-2),
                "date": datetime.date(1960, 1, 1) + datetime.timedelta(days=n * 11), "tms": datetime.time(n % 24, n % 60, 5, n % 1000 * 1000),
                "tus": datetime.time(23, 59, n % 60, n % 1000000), "ts": None if n % 7 == 0 else datetime.datetime(1969, 5, 1, 2, 3, n % 60, n % 1000 * 1000, utc),
                "tsu": datetime.datetime(2020, 2, 29, 1, 2, 3, n, utc), "lts": datetime.datetime(2001, 1, 1, 0, 0, n % 60), "id": uuid.UUID(int=n << 64 | n)}
        records = [record(n) for n in range(600)]
        """#

    @Test("what fastavro writes is read", arguments: ["null", "deflate", "snappy", "zstandard"]) func theirs(_ codec: String) async throws {
        let directory = try TemporaryDirectory()
        let expected = try await Self.python(
            Self.writing + """

                with open("theirs.avro", "wb") as file:
                    fastavro.writer(file, schema, records, codec="\(codec)")
                show(fastavro.reader(open("theirs.avro", "rb")))
                """, in: directory)
        let result = readAvro(try TemporaryDirectory.bytes(of: directory.path("theirs.avro")))
        #expect(result.error == nil)
        #expect(result.rejects.isEmpty)
        let lines = expected.split(separator: "\n")
        #expect(lines.count == 600)
        #expect(result.lines.count == lines.count)
        for (ours, theirs) in zip(result.lines, lines) where ours != theirs {
            Issue.record("\(ours)\n\(theirs)")
            break
        }
    }

    @Test("what Sluice writes is read by fastavro", arguments: ["null", "deflate", "snappy", "zstandard"]) func ours(_ codec: String)
        async throws
    {
        let directory = try TemporaryDirectory()
        let (all, whole) = try AvroWritingTests.everything()
        // Texts of numbers that two programs write in two ways, and keys that come twice, are left out.
        let left: Set<String> = ["f64", "m", "n"]
        let positions = all.fields.indices.filter { !left.contains(all.fields[$0].name) }
        let schema = try Schema(positions.map { all.fields[$0] })
        let batch = Batch(schema, positions.map { whole.columns[$0] }, rowCount: whole.rowCount)
        try directory.write("ours.avro", bytes: writtenAvro([batch, batch], schema, options: ["codec": .text(codec)]))
        let output = try await Self.python(#"show(fastavro.reader(open("ours.avro", "rb")))"#, in: directory)
        let expected = (0..<8).map { batch.row($0 % 4).json }
        for (ours, theirs) in zip(expected, output.split(separator: "\n")) { #expect(ours == theirs) }
        #expect(output.split(separator: "\n").count == 8)
    }
}

private let hasFastavro = InstalledProgram.succeeds("python3", ["-c", "import fastavro, cramjam, backports.zstd"])
