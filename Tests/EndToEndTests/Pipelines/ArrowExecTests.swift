import Glibc
import SluiceTestKit
import Testing

/// Programs that read and write Arrow; a Python with pyarrow is one of them (`SLUICE_PYTHON`, or `python3`).
@Suite("exec with Arrow")
struct ArrowExecTests {
    private let project: Project

    init() throws { project = try Project() }

    private static let python: String? = {
        let given = getenv("SLUICE_PYTHON").map { [String(cString: $0)] } ?? []
        let found = (given + [Repository.path("Benchmarks/cache/venv/bin/python"), "python3"]).first {
            InstalledProgram.succeeds($0, ["-c", "import pyarrow"])
        }
        if found == nil { print("skipped: no Python with pyarrow is there; set SLUICE_PYTHON") }
        return found
    }()

    private func run(_ script: String, columns: String, rows: String = "one") async throws -> CommandResult? {
        guard let python = Self.python else { return nil }
        try project.directory.write(
            "model.py",
            """
            import sys, pyarrow as pa, pyarrow.compute as pc
            source = pa.ipc.open_stream(sys.stdin.buffer)
            def each(change, schema=None):
                out = None
                for batch in source:
                    made = change(batch)
                    if out is None: out = pa.ipc.new_stream(sys.stdout.buffer, made.schema)
                    out.write_batch(made)
                    sys.stdout.buffer.flush()
                if out is not None: out.close()
            \(script)
            """)
        try project.directory.write(
            "p.yaml",
            """
            name: p
            source:
              files: in.jsonl
              columns: {n: int64, s: string, d: "decimal(12,2)", at: timestamp, l: list<int64>, m: "struct<x: int32, y: string>", b: boolean}
            steps:
              - exec: {command: ["\(python)", model.py], format: arrow, columns: {\(columns)}, rows: \(rows), timeout: 30 s}
            sink: {files: out, format: json}
            on_error: dead_letter
            """)
        return try await project.command(["run", "p.yaml", "--quiet"]).run()
    }

    private func write(_ count: Int) throws {
        let lines = (0..<count).map { n in
            "{\"n\": \(n), \"s\": \(n % 5 == 0 ? "null" : "\"t\(n)ü\""), \"d\": \(n).25, \"at\": \"2024-01-01T00:00:\(n % 50 + 10)\", "
                + "\"l\": [\(n), null], \"m\": {\"x\": \(n % 100), \"y\": \"y\"}, \"b\": \(n % 2 == 0)}\n"
        }
        try project.directory.write("in.jsonl", lines.joined())
    }

    private func output() async throws -> [Substring] {
        let result = try await Command.shell("cat out/part-*", directory: project.directory.root).run()
        return result.output.split(separator: "\n")
    }

    private static let all =
        "n: int64, s: string, d: \"decimal(12,2)\", at: timestamp, l: list<int64>, m: \"struct<x: int32, y: string>\", b: boolean"

    @Test("rows of all types go through unchanged, in their order, in many batches")
    func unchanged() async throws {
        try write(30_000)
        guard let result = try await run("each(lambda b: b)", columns: Self.all) else { return }
        #expect(result.exitCode == 0, "\(result.transcript)")
        let lines = try await output()
        #expect(lines.count == 30_000)
        #expect(
            lines.dropFirst(7).first.map(String.init)
                == #"{"n":7,"s":"t7ü","d":7.25,"at":"2024-01-01T00:00:17","l":[7,null],"m":{"x":7,"y":"y"},"b":false}"#)
        #expect(lines[25_000].hasPrefix(#"{"n":25000,"s":null,"#))
    }

    @Test("columns that are made there, in other types that hold the same, and any number of rows")
    func made() async throws {
        try write(20_000)
        let script = """
            def change(b):
                rows = b.filter(pc.equal(pc.bit_wise_and(b['n'], 3), 0))
                return pa.record_batch({'twice': pc.multiply(rows['n'], 2).cast(pa.uint32()), 's': rows['s'].cast(pa.large_string())})
            each(change)
            """
        guard let result = try await run(script, columns: "twice: int64, s: string", rows: "any") else { return }
        #expect(result.exitCode == 0, "\(result.transcript)")
        let lines = try await output()
        #expect(lines.count == 5_000 && lines[1] == #"{"twice":8,"s":"t4ü"}"#)
    }

    @Test(
        "what is not as it was said, or no stream, or too little or too much, fails the run with the reason",
        arguments: [
            ("each(lambda b: b.select(['s']))", "writes no column \"n\""),
            ("each(lambda b: pa.record_batch({'n': b['s']}))", "writes the column \"n\" as string, and not as int64"),
            (
                "b = source.read_next_batch(); o = pa.ipc.new_stream(sys.stdout.buffer, b.schema); o.write_batch(b.slice(1)); o.close()",
                "ended before the last row"
            ),
            ("each(lambda b: pa.concat_batches([b, b]))", "wrote more rows than it was given"),
            ("sys.stdout.write('hello there, this is text'); sys.stdout.flush(); list(source)", "wrote no Arrow stream that can be read"),
            ("each(lambda b: pa.record_batch({'n': b['n'].dictionary_encode()}))", "encoded by a dictionary"),
            ("sys.exit('no model')", "ended with exit code 1; its last words: no model"),
        ])
    func failures(_ script: String, _ message: String) async throws {
        try write(10)
        guard let result = try await run(script, columns: "n: int64") else { return }
        #expect(result.exitCode == 1 && result.errors.contains("error[exec-failed]: step \"1 exec\": "), "\(result.transcript)")
        #expect(result.errors.contains(message), "\(result.transcript)")
        #expect(project.directory.files(below: "out").isEmpty)
    }
}
