import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceSchedules
import SluiceTestKit
import Testing

@Suite("declared jobs") struct JobSetTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func load() throws -> JobSet { try JobSet.load(folders: [directory.path("jobs")]) }

    @Test("pipelines with a schedule, jobs, calendars and pools") func load_() throws {
        try directory.write("jobs/p.yaml", "name: orders\nsource: {files: a.csv}\nsink: {files: out}\nschedule: \"30 2 * * *\"\n")
        try directory.write(
            "jobs/sub/j.yaml",
            """
            job: export
            command: [sh, -c, "echo {logical_date}"]
            environment: {DAY: "{logical_date}"}
            schedule: {at: ["0 9 * * *", rate(2 hours)], timezone: Europe/Berlin, calendar: holidays, pool: small, after: orders, retries: 3}
            """)
        try directory.write("jobs/c.yaml", "calendar: holidays\nexclude: [12-25, weekends]\n")
        try directory.write("jobs/pool.yaml", "pool: small\nslots: 2\n")
        let set = try load()
        #expect(set.names == ["export", "orders"] && set.followers == ["orders": ["export"]] && set.pools == ["small": 2])
        #expect(set["orders"]?.kind == "pipeline" && set["export"]?.rules.retries == 3)
        #expect(set["export"]?.rules.schedule?.excluded.isEmpty == false)
        #expect(set["export"]?.rules.summary == "0 9 * * *, rate(2 hours) Europe/Berlin")
    }

    @Test(
        "mistakes have their place and a remedy",
        arguments: [
            ("job: a\ncommand: x\nschedule: {at: \"60 * * * *\"}", "j.yaml:3:17", "60 is no minute"),
            ("job: a\ncommand: x\nschedule: \"* * * FOB *\"", "j.yaml:3:18", "\"FEB\""),
            ("job: a\ncommand: x\nschedule: {at: \"* * * * *\", timezone: Europe/Berln}", "j.yaml:3:39", "Europe/Berlin"),
            ("job: a\ncommand: x\nschedule: {at: \"* * * * *\", exclude: [fridy]}", "j.yaml:3:39", "friday"),
            ("job: a\ncommand: x\nschedule: {cron: \"* * * * *\"}", "j.yaml:3:12", "unknown key"),
            ("job: a\ncommand: x\nschedule: {after: b}", "j.yaml:3:19", "\"b\", which is not there"),
            ("job: a\ncommand: x\nschedule: {after: a}", "j.yaml:3:19", "a → a"),
            ("job: a\ncommand: x\nschedule: {at: \"* * * * *\", calendar: c}", "j.yaml:3:39", "no calendar"),
            ("job: a\ncommand: x\nschedule: {at: \"* * * * *\", pool: c}", "j.yaml:3:35", "no pool"),
            ("job: a\ncommand: x\nschedule: {jitter: 5m}", "j.yaml:3:20", "means nothing without"),
            ("job: a\npipeline: x\ncommand: y", "j.yaml:3:10", "more than one kind"), ("job: a", "j.yaml:1:1", "lacks the key"),
            ("job: a\ncommand: x\nparameters: {d: \"{logical_dat}\"}", "j.yaml:3:17", "logical_date"),
            ("job: a\ncommand: x\nschedule: {at: \"* * * * *\", notify: {on: late}}", "j.yaml:3:37", "to a file or to a webhook"),
        ])
    func mistakes(_ text: String, _ place: String, _ part: String) throws {
        try directory.write("jobs/j.yaml", text + "\n")
        let errors = try #require(throws: DefinitionErrors.self) { try load() }
        let shown = errors.errors.map { "\($0.location.map { "\($0)" } ?? "") \($0.message) \($0.remedy ?? "")" }
        #expect(shown.contains { $0.contains(place) && $0.contains(part) }, "\(shown)")
    }

    @Test("who looks at jobs gets those that are right, and what is wrong with the others") func partly() throws {
        try directory.write("jobs/a.yaml", "job: a\ncommand: x\nschedule: \"0 1 * * *\"\n")
        try directory.write("jobs/b.yaml", "job: b\ncommand: x\nschedule: {at: \"0 1 * * *\", retris: 2}\n")
        try directory.write("jobs/c.yaml", "job: [\n")
        try directory.write("jobs/d.yaml", "job: d\ncommand: x\nschedule: {after: b}\n")
        let (set, mistakes) = JobSet.read(folders: [directory.path("jobs")])
        #expect(set.names == ["a"])
        let places = mistakes.map { "\($0.location.map { "\($0)" } ?? "")" }.sorted()
        #expect(places.count == 3, "\(places)")
        #expect(["b.yaml:3:", "c.yaml:", "d.yaml:3:"].allSatisfy { part in places.contains { $0.contains(part) } }, "\(places)")
        #expect(throws: DefinitionErrors.self) { try load() }
    }

    @Test("a copy of a file takes no job over that is at work") func copied() throws {
        try directory.write("jobs/m.yaml", "job: m\ncommand: right\nschedule: \"0 1 * * *\"\n")
        let old = try load()
        for name in ["a", "z"] { try directory.write("jobs/\(name).yaml", "job: m\ncommand: wrong\n") }
        let (set, mistakes) = JobSet.read(folders: [directory.path("jobs")], stored: JobRows(), keeping: old)
        #expect(set.names == ["m"] && set["m"]?.work == .command("right") && set["m"]?.rules.schedule != nil)
        let places = mistakes.map { "\($0.location.map { "\($0)" } ?? "")" }.sorted()
        #expect(places.count == 2 && places[0].contains("a.yaml") && places[1].contains("z.yaml"), "\(places)")
    }

    @Test("jobs that name what is not there are left out, those that run after them too, and no others") func leftOut() throws {
        try directory.write("jobs/good.yaml", "job: good\ncommand: x\nschedule: {at: \"0 1 * * *\", calendar: days}\n")
        try directory.write("jobs/days.yaml", "calendar: days\nexclude: [weekends]\n")
        try directory.write("jobs/pool.yaml", "job: pooled\ncommand: x\nschedule: {at: \"0 1 * * *\", pool: none}\n")
        try directory.write("jobs/cal.yaml", "job: calm\ncommand: x\nschedule: {at: \"0 1 * * *\", calendar: none}\n")
        try directory.write("jobs/f.yaml", "job: f\ncommand: x\nschedule: {after: [calm, good, lost]}\n")
        try directory.write("jobs/g.yaml", "job: g\ncommand: x\nschedule: {after: f}\n")
        try directory.write("jobs/x.yaml", "job: x\ncommand: x\nschedule: {after: y}\n")
        try directory.write("jobs/y.yaml", "job: y\ncommand: x\nschedule: {after: [x, good]}\n")
        try directory.write("jobs/z.yaml", "job: z\ncommand: x\nschedule: {after: y}\n")
        let (set, mistakes) = JobSet.read(folders: [directory.path("jobs")])
        #expect(set.names == ["good"] && set.followers.isEmpty)
        #expect(set["good"]?.rules.schedule?.excluded.isEmpty == false)
        let messages = mistakes.map(\.message).sorted()
        #expect(
            messages == [
                "jobs wait for each other: x → y → x", "the job \"f\" runs after \"calm\", which is left out",
                "the job \"f\" runs after \"lost\", which is not there", "the job \"g\" runs after \"f\", which is left out",
                "the job \"z\" runs after \"y\", which is left out", "there is no calendar \"none\"", "there is no pool \"none\"",
            ], "\(messages)")
    }

    @Test("one file is checked by itself, and against the project that it is a part of") func checked() throws {
        func check(_ name: String) throws -> (name: String, notices: [String])? {
            try JobSet.check(file: directory.path(name)) { JobSet.read(folders: [directory.path("jobs")]) }
        }
        func message(_ name: String) throws -> String {
            try #require(throws: DefinitionErrors.self) { _ = try check(name) }.errors.map(\.message).joined()
        }
        try directory.write("jobs/a.yaml", "job: a\npipeline: none.yaml\nschedule: \"0 1 * * *\"\n")
        try directory.write("jobs/b.yaml", "job: b\ncommand: x\nschedule: {after: c}\n")
        try directory.write("jobs/k.yaml", "calendar: k\nexclude: [wekends]\n")
        try directory.write("jobs/p.yaml", "name: p\nsource: {files: a.csv}\nsink: {files: out}\nschedule: \"30 2 * * *\"\n")
        try directory.write("elsewhere.yaml", "job: e\ncommand: x\nschedule: {after: a}\n")
        let found = try #require(try check("jobs/a.yaml"))
        #expect(found.name == "a" && found.notices.count == 1 && found.notices[0].contains("none.yaml"), "\(found)")
        #expect(try message("jobs/b.yaml").contains("runs after \"c\", which is not there"))
        #expect(try message("jobs/k.yaml").contains("wekends"))
        #expect(try check("jobs/p.yaml")?.name == nil)
        #expect(try check("elsewhere.yaml")?.name == "e")
    }

    @Test("calendars and pools have their own keys, and one declaration of each name; at work the one that was there stays")
    func calendarsAndPools() throws {
        try directory.write("jobs/j.yaml", "job: j\ncommand: x\nschedule: {at: \"0 1 * * *\", calendar: c, pool: p}\n")
        try directory.write("jobs/m.yaml", "calendar: c\nexclude: [12-25]\n")
        try directory.write("jobs/n.yaml", "pool: p\nslots: 2\ndescription: the database\n")
        let before = try load()
        try directory.write("jobs/a.yaml", "calendar: c\nexclude: [12-26]\n")
        try directory.write("jobs/b.yaml", "pool: p\nslots: 3\n")
        func messages(_ found: (set: JobSet, mistakes: [SluiceError])) -> [String] {
            found.mistakes.map { $0.message.replacing(directory.path("jobs/"), with: "") }
        }
        let told = ["the calendar \"c\" is declared in a.yaml and in m.yaml", "the pool \"p\" is declared in b.yaml and in n.yaml"]
        let fresh = JobSet.read(folders: [directory.path("jobs")])
        #expect(messages(fresh) == told && fresh.set.pools == ["p": 3])
        let again = JobSet.read(folders: [directory.path("jobs")], stored: JobRows(), keeping: before)
        #expect(messages(again) == told && again.set.pools == ["p": 2])
        #expect(again.set["j"]?.rules.scheduleText == before["j"]?.rules.scheduleText)
        try directory.write("jobs/a.yaml", "calendar: x\nexclude: [12-26]\nexlude: [12-24]\n")
        try directory.write("jobs/b.yaml", "pool: y\nslot: 3\n")
        let wrong = JobSet.read(folders: [directory.path("jobs")]).mistakes
        #expect(wrong.contains { $0.code == .unknownKey && $0.message.contains("exlude") }, "\(wrong)")
        #expect(wrong.contains { $0.code == .unknownKey && $0.message.contains("slot") }, "\(wrong)")
    }

    @Test("a zone without a clock is that of the dates; without one it is that of the first job before that has one") func zones() throws {
        let set = try JobSet(
            [
                job("a", #"{at: "30 23 * * *", timezone: America/New_York}"#), job("b", "{after: a}"), job("c", "{after: [d, b]}"),
                job("d"),
                job("e", "{after: c, timezone: Asia/Tokyo}"), job("f", "{after: e}"),
            ].map { job in
                var job = job
                job.work = .command("echo {logical_date}")
                return job
            })
        // 2026-02-03 in UTC, at half past eleven of the day before in New York.
        let tick: Int64 = 1_770_179_400
        let dates = try set.names.map { name in "\(name) \(try #require(set[name]).preview(of: tick).dropFirst(5))" }
        #expect(
            dates == ["a 2026-02-03", "b 2026-02-03", "c 2026-02-03", "d 2026-02-04", "e 2026-02-04", "f 2026-02-04"], "\(dates)")
    }

    @Test("a cycle is printed, and graphs are drawn") func graphs() throws {
        func set(_ after: [String: String]) throws -> JobSet {
            try JobSet(after.sorted { $0.key < $1.key }.map { try job($0.key, $0.value.isEmpty ? "" : "{after: [\($0.value)]}") })
        }
        let errors = try #require(throws: DefinitionErrors.self) { try set(["a": "c", "b": "a", "c": "b", "d": ""]) }
        #expect(errors.errors[0].message == "jobs wait for each other: a → b → c → a")
        let graph = JobGraph(try set(["a": "", "b": "a", "c": "a", "d": "b, c"]))
        #expect(graph.lines == ["a  command work", "├─ b  command work", "│  └─ d  command work", "└─ c  command work", "   └─ d …"])
        #expect(graph.mermaid.contains("n0 --> n1\n") && graph.mermaid.hasPrefix("flowchart TD\n"))
        #expect(graph.svg.components(separatedBy: "<rect").count == 6 && graph.svg.hasSuffix("</svg>\n"))
        #expect(JobGraph(try set(["a": "", "b": "a", "x": ""]), around: "b").names == ["a", "b"])
    }
}

extension String {
    fileprivate func components(separatedBy text: String) -> [Substring] { split(separator: text, omittingEmptySubsequences: false) }

    @Test("definitions that jobs will not find are told, and are no mistake") func missingFiles() throws {
        let set = try JobSet([
            job("a", work: "pipeline: no/such.yaml"), job("b", work: "backfill: nothing.yaml"), job("c", work: "pipeline: /dev"),
            job("d", work: "command: echo"), job("e", work: "crawler: lake"),
        ])
        #expect(set.missingFiles.count == 3)
        #expect(set.missingFiles[0].hasPrefix("job a: there is no definition ") && set.missingFiles[0].contains("no/such.yaml"))
    }
}
