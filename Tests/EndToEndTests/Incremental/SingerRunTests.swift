import SluiceTestKit
import Testing

/// A tap of the shell through whole commands.
@Suite("Singer on the command line")
struct SingerRunTests {
    @Test("a connection's secret reaches the tap alone; runs go on at the tap's state; the plan says what a target promises")
    func run() async throws {
        let project = try Project()
        try project.directory.write(
            "tap.sh",
            """
            while [ $# -gt 0 ]; do
              case "$1" in --discover) discover=1 ;; --config) config=$2; shift ;; --state) state=$2; shift ;; esac
              shift
            done
            if [ -n "$discover" ]; then
              echo '{"streams": [{"tap_stream_id": "n", "stream": "n", "schema": {"properties": {"id": {"type": "integer"}}}}]}'
              exit 0
            fi
            grep -q s3cret-token "$config" || exit 9
            place=0
            if [ -n "$state" ]; then place=$(tr -dc 0-9 < "$state"); fi
            echo "begins at $place" >&2
            echo '{"type": "SCHEMA", "stream": "n", "schema": {}, "key_properties": ["id"]}'
            for step in 1 2 3; do echo '{"type": "RECORD", "stream": "n", "record": {"id": '$((place + step))'}}'; done
            echo '{"type": "STATE", "value": {"place": '$((place + 3))'}}'
            """)
        try project.directory.write(
            "n.yaml",
            """
            name: n
            incremental: true
            source: {singer: [/bin/sh, tap.sh], stream: n, connection: crm}
            sink: {table: crm.n, mode: append}
            """)
        try project.directory.write(
            "out.yaml",
            """
            name: out
            source: {table: crm.n}
            sink: {singer: target-nowhere, stream: n, keys: id}
            """)
        var adding = try project.command(["connections", "add", "crm", "singer", "--set", "start=2024", "--secret", "token"])
        adding.input = .text("s3cret-token\n")
        let added = try await adding.run()
        #expect(added.exitCode == 0, "\(added.transcript)")
        let first = try await project.sluice("run", "n.yaml")
        #expect(first.exitCode == 0 && first.errors.contains("begins at 0"), "\(first.transcript)")
        let second = try await project.sluice("run", "n.yaml")
        #expect(second.exitCode == 0 && second.errors.contains("begins at 3"), "\(second.transcript)")
        let logged = try await project.sluice("runs", "logs", "last", "--step", "source")
        #expect(logged.output == "begins at 3\n", "\(logged.transcript)")
        let count = try await project.sluice("query", "SELECT count(*) || '/' || max(id) FROM crm.n", "--format", "csv")
        #expect(count.output.contains("6/6"), "\(count.transcript)")
        let plan = try await project.sluice("plan", "out.yaml")
        #expect(plan.output.contains("at least once") && plan.output.contains("target-nowhere"), "\(plan.transcript)")
        let failed = try await project.sluice("run", "out.yaml")
        #expect(failed.exitCode == 1 && failed.errors.contains("cannot start"), "\(failed.transcript)")
        try project.directory.write(
            "target.sh",
            "while IFS= read -r line; do said=${line#*value\\\":}; done; echo \"rows are in\" >&2; printf '%s\\n' \"${said%\\}}\"\n")
        try project.directory.write(
            "out.yaml", "name: out\nsource: {table: crm.n}\nsink: {singer: [/bin/sh, target.sh], stream: n, keys: id}\n")
        let written = try await project.sluice("run", "out.yaml", "--quiet")
        #expect(written.exitCode == 0, "\(written.transcript)")
        let said = try await project.sluice("runs", "logs", "last", "--step", "sink")
        #expect(said.output == "rows are in\n", "\(said.transcript)")
        #expect(!(first.transcript + second.transcript + added.transcript).contains("s3cret"))
    }
}
