import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceSchedules

/// Which program a run of a job starts, and with what.
struct JobCommand {
    /// The program itself, as a path.
    let program: String
    let home: String

    /// What the signs of parameters and commands stand for.
    static func values(_ job: JobDeclaration, _ run: ScheduledRun, attempt: Int) -> [String: String] {
        let zone = job.rules.schedule?.zone ?? .utc
        let previous = job.rules.schedule.flatMap { $0.last(notAfter: run.logical - 1, after: run.logical - 400 * 86_400) } ?? run.logical
        var values = [
            "logical_time": ZoneRules.utc.text(of: run.logical), "logical_date": String(zone.text(of: run.logical).prefix(10)),
            "previous_time": ZoneRules.utc.text(of: previous), "previous_date": String(zone.text(of: previous).prefix(10)),
            "run_id": run.id.text, "job": job.name, "attempt": String(attempt), "files": "",
        ]
        if let files = run.parameters["files"] { values["files"] = files }
        return values
    }

    func launch(_ job: JobDeclaration, _ run: ScheduledRun, attempt: Int, log: String) -> JobLaunch {
        let values = Self.values(job, run, attempt: attempt)
        func text(_ template: String) -> String { RunVariables.replaced(template, values) }
        // Those of the run go before those of the job.
        var parameters = job.parameters.mapValues(text)
        for (name, value) in run.parameters where name != "files" { parameters[name] = value }
        let given = parameters.sorted { $0.key < $1.key }.flatMap { ["--param", "\($0.key)=\($0.value)"] }
        let state = ["--home", home]
        var environment = job.environment.mapValues(text)
        environment["SLUICE_HOME"] = AbsolutePath.of(home)
        environment["SLUICE_JOB"] = job.name
        environment["SLUICE_RUN_ID"] = run.id.text
        environment["SLUICE_LOGICAL_TIME"] = values["logical_time"]
        environment["SLUICE_ATTEMPT"] = String(attempt)
        var directory = "."
        let words: [String]
        switch job.work {
        case .pipeline(let file): words = [program, "run", file, "--quiet"] + state + given
        case .crawler(let name): words = [program, "crawl", "run", name] + state
        case .quality(let table): words = [program, "quality", "run", table] + state
        case .backfill(let file):
            let range = ["--from", values["previous_time"] ?? "", "--to", values["logical_time"] ?? ""]
            words = [program, "backfill", "run", file] + range + state + given
        case .command(let line):
            words = ["/bin/sh", "-c", text(line)]
            directory = job.directory
        case .program(let arguments):
            words = arguments.map(text)
            directory = job.directory
        }
        for (name, value) in parameters where job.kind == "command" { environment["SLUICE_PARAM_" + name.uppercased()] = value }
        return JobLaunch(
            run: run, attempt: attempt, program: words, environment: environment, directory: directory, log: log)
    }
}
