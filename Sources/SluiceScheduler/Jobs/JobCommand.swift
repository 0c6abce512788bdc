import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceSchedules

/// Which program a run of a job starts, and with what.
struct JobCommand {
    /// The program itself, as a path.
    let program: String
    let home: String
    /// Values of `RunVariables.port`, as far as there are any.
    var port: [String: String] = [:]

    /// What the signs stand for that depend on the tick alone.
    static func values(_ job: JobDeclaration, tick: Int64) -> [String: String] {
        let zone = job.rules.dateZone
        let previous = job.rules.schedule.flatMap { $0.previous(before: tick) } ?? tick
        return [
            "logical_time": ZoneRules.utc.text(of: tick), "logical_date": String(zone.text(of: tick).prefix(10)),
            "previous_time": ZoneRules.utc.text(of: previous), "previous_date": String(zone.text(of: previous).prefix(10)),
            "job": job.name,
        ]
    }

    /// What the signs of parameters and commands stand for.
    static func values(_ job: JobDeclaration, _ run: ScheduledRun, attempt: Int) -> [String: String] {
        var values = values(job, tick: run.logical)
        values["run_id"] = run.id.text
        values["attempt"] = String(attempt)
        values["element"] = run.element ?? ""
        values["files"] = (run.parameters["files"] ?? "").split(separator: "\n").joined(separator: " ")
        for (name, value) in run.properties { values[RunVariables.propertyPrefix + name] = value }
        return values
    }

    /// What an event brings; no parameters of definitions.
    private static let eventNames: Set<String> = ["files", "event", ScheduledRun.timeoutParameter]

    /// A line for the shell; what others have written in the values means nothing to it.
    private static func line(_ template: String, _ values: [String: String], _ run: ScheduledRun, _ arguments: [String]) -> ShellLine {
        var line = ShellLine()
        for part in RunVariables.parts(template) {
            if !part.isVariable {
                line.add(part.text)
            } else if "{\(part.text)}" == RunVariables.arguments {
                line.add(values: arguments)
            } else if part.text == "files" {
                line.add(values: (run.parameters["files"] ?? "").split(separator: "\n").map { String($0) })
            } else if let value = values[part.text] ?? (part.text.hasPrefix(RunVariables.propertyPrefix) ? "" : nil) {
                line.add(value: value)
            } else {
                line.add("{\(part.text)}")
            }
        }
        return line
    }

    private func lacksPort(_ template: String) -> Bool {
        RunVariables.port.contains { port[$0] == nil && template.contains("{\($0)}") }
    }

    func launch(_ job: JobDeclaration, _ run: ScheduledRun, attempt: Int, log: String) -> JobLaunch {
        var given = Self.values(job, run, attempt: attempt)
        given.merge(port) { $1 }
        // A property that nobody has told is empty.
        func text(_ template: String) -> String { RunVariables.replaced(template, given, else: "") }
        // Those of the run go before those of the job.
        var parameters = job.parameters.mapValues { text($0) }
        for (name, value) in run.parameters where !Self.eventNames.contains(name) { parameters[name] = value }
        let sorted = parameters.sorted { $0.key < $1.key }
        let options = sorted.flatMap { ["--param", "\($0.key)=\($0.value)"] }
        let arguments = sorted.flatMap { [$0.key.hasPrefix("-") ? $0.key : "--" + $0.key, $0.value] }
        let state = ["--home", home]
        var environment: [String: String] = [:]
        for (name, value) in job.environment where !lacksPort(value) {
            environment[name] = text(value)
        }
        environment["SLUICE_HOME"] = AbsolutePath.of(home)
        environment["SLUICE_JOB"] = job.name
        environment["SLUICE_RUN_ID"] = run.id.text
        environment["SLUICE_LOGICAL_TIME"] = given["logical_time"]
        environment["SLUICE_PROPERTIES"] = AbsolutePath.of(RunLogs.propertiesPath(log: log))
        if let element = run.element { environment["SLUICE_ELEMENT"] = element }
        if let files = run.parameters["files"] { environment["SLUICE_FILES"] = files }
        if let event = run.parameters["event"] { environment["SLUICE_EVENT"] = event }
        for (name, value) in run.properties { environment["SLUICE_PROPERTY_" + RunProperties.variable(name)] = value }
        environment["SLUICE_ATTEMPT"] = String(attempt)
        var directory = "."
        let words: [String]
        switch job.work {
        case .pipeline(let file): words = [program, "run", file, "--quiet"] + state + options
        case .crawler(let name): words = [program, "crawl", "run", "--crawler=" + name] + state
        case .quality(let table): words = [program, "quality", "run", table] + state
        case .backfill(let file):
            let range = ["--from", given["previous_time"] ?? "", "--to", given["logical_time"] ?? ""]
            words = [program, "backfill", "run", file] + range + state + options
        case .command(let line):
            let line = Self.line(line, given, run, arguments)
            words = ["/bin/sh", "-c", line.text]
            environment.merge(line.variables) { $1 }
            directory = job.directory
        case .program(let parts):
            words = parts.flatMap { $0 == RunVariables.arguments ? arguments : [text($0)] }
            directory = job.directory
        }
        for (name, value) in parameters where job.kind == "command" && !name.hasPrefix("-") {
            environment["SLUICE_PARAM_" + name.uppercased()] = value
        }
        return JobLaunch(
            run: run, attempt: attempt, program: words, environment: environment, directory: directory, log: log)
    }
}
