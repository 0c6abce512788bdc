import Glibc
import SluiceTestKit
import Testing

/// What programs of steps write on their standard error, by run and step.
@Suite("logs of steps")
struct StepLogTests {
    private let project: Project

    init() throws {
        project = try Project()
        try project.directory.write("in/a.csv", "id,amount\n1,2\n5,6\n")
        try project.directory.write("talk.sh", "echo \"$1 begins\" >&2; cat; echo \"$1 ends\" >&2\n")
        try project.pipeline(
            steps: """
                  - exec: {command: [sh, talk.sh, first], columns: {id: int64, amount: int64}}
                  - filter: id IS NOT NULL
                  - exec: {command: [sh, talk.sh, second], columns: {id: int64, amount: int64}}
                """)
    }

    @Test("each program has a log of its own, of each run") func logs() async throws {
        for _ in 0..<2 {
            let result = try await project.sluice("run", "pipeline.yaml", "--quiet")
            try #require(result.exitCode == 0, "\(result.transcript)")
        }
        let all = try await project.json("runs", "logs", "last")
        let logs = try #require(all["logs"]?.items)
        #expect(logs.map { $0["step"]?.text } == ["1-exec", "3-exec"], "\(all)")
        #expect(logs.map { $0["text"]?.text } == ["first begins\nfirst ends\n", "second begins\nsecond ends\n"], "\(all)")
        for step in ["3", "3 exec", "3-exec"] {
            let one = try await project.sluice("runs", "logs", "last", "--step", step)
            #expect(one.output == "second begins\nsecond ends\n", "\(one.transcript)")
        }
        let none = try await project.sluice("runs", "logs", "last", "--step", "2")
        #expect(none.exitCode == 2 && none.errors.contains("1-exec, 3-exec"), "\(none.transcript)")
        #expect(project.directory.files(below: "home/step-logs/orders").count == 4)
    }

    @Test("the run of a job finds what the steps of its pipeline wrote") func jobs() async throws {
        try project.directory.write("catalog/j.yaml", "job: j\npipeline: ../pipeline.yaml\n")
        let run = try await project.sluice("schedule", "run", "j")
        #expect(run.exitCode == 0, "\(run.transcript)")
        let log = try await project.sluice("runs", "logs", "last", "--step", "1")
        #expect(log.output == "first begins\nfirst ends\n", "\(log.transcript)")
    }

    @Test("of what is much the newest part stays, and of many runs the newest") func bounds() async throws {
        try project.directory.write("talk.sh", "cat; yes 'a line that is as good as any other one' | head -c 25000000 >&2; echo last >&2\n")
        let result = try await project.sluice("run", "pipeline.yaml", "--quiet")
        try #require(result.exitCode == 0, "\(result.transcript)")
        let files = project.directory.files(below: "home/step-logs/orders").sorted()
        #expect(files.map { String($0.split(separator: "/")[1]) } == ["1-exec.log", "1-exec.log.1", "3-exec.log", "3-exec.log.1"])
        let first = try project.directory.text("home/step-logs/orders/" + files[0])
        #expect(first.hasSuffix("other one\nlast\n") || first.hasSuffix("last\n"))
        for number in 0..<30 { try project.directory.write("home/step-logs/orders/00\(10 + number)/1-exec.log", "old\n") }
        try project.directory.write("talk.sh", "cat; echo new >&2\n")
        #expect(try await project.sluice("run", "pipeline.yaml", "--quiet").exitCode == 0)
        let runs = Set(project.directory.files(below: "home/step-logs/orders").map { String($0.split(separator: "/")[0]) })
        #expect(runs.count == 20, "\(runs)")
    }

    @Test("where the logs cannot be written the run goes on") func lost() async throws {
        try project.directory.write("home/step-logs", "a file is in the way\n")
        let result = try await project.sluice("run", "pipeline.yaml", "--quiet")
        #expect(result.exitCode == 0, "\(result.transcript)")
    }
}
