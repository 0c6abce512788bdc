import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceScheduler
import SluiceServer

/// A job as the catalog keeps it for the service.
struct JobRecord: Sendable {
    static let kind = "glue-job"

    var name: String
    /// Those of the request that made it, or that put another in its place.
    var members: [String: WireValue]
    var createdMicros: Int64 = 0
    var updatedMicros: Int64 = 0

    init(name: String, members: [String: WireValue]) { (self.name, self.members) = (name, members) }

    init(_ document: StoredDocument) {
        self.init(name: document.name, members: document.members)
        (createdMicros, updatedMicros) = (document.createdMicros, document.updatedMicros)
    }

    static func find(_ name: String, _ ledger: ScheduleTransaction) throws -> JobRecord {
        guard let document = try ledger.document(kind, name) else { throw Faults.missing("Job with name: \(name) not found.") }
        return JobRecord(document)
    }

    var command: String { members["Command"]?["Name"]?.string ?? "glueetl" }
    var maxConcurrentRuns: Int { members["ExecutionProperty"]?["MaxConcurrentRuns"]?.whole.map { Int($0) } ?? 1 }
    var maxRetries: Int { members["MaxRetries"]?.whole.map { Int($0) } ?? 0 }
    var queues: Bool { members["JobRunQueuingEnabled"]?.truth ?? false }

    /// Nil for a program that is to run for ever. Source: Glue developer guide, "Timeout" of a job.
    var timeoutMinutes: Int64? {
        if let given = members["Timeout"]?.whole, given > 0 { return given }
        if command == "gluestreaming" { return nil }
        let major = members["GlueVersion"]?.string.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
        return command == "glueetl" && major >= 5 ? 480 : 2_880
    }

    /// Arguments of a run: those that nothing overrides, before those of the run, before the job's.
    func arguments(_ given: [String: String]) -> [String: String] {
        (members["DefaultArguments"]?.textMap ?? [:]).merging(given) { $1 }
            .merging(members["NonOverridableArguments"]?.textMap ?? [:]) { $1 }
    }

    /// Parameters of a run of the scheduler.
    ///
    /// - Throws: `InvalidInputException` for what is no argument of the script.
    func parameters(_ given: [String: String], _ script: JobScript) throws(ServiceFault) -> [String: String] {
        let arguments = arguments(given)
        for (key, value) in arguments where !key.hasPrefix("--") || key.count < 3 || (key + value).contains("\0") {
            throw Faults.invalid("\(key) is no argument: it begins with --, and has a name and no zero byte.")
        }
        guard case .pipeline = script else { return arguments }
        var parameters: [String: String] = [:]
        for (key, value) in arguments {
            let name = String(key.dropFirst(2))
            if GlueImport.isOwnArgument(name) { continue }
            guard DefinitionNode.isName(name), !["files", "event"].contains(name) else {
                throw Faults.invalid("\(key) cannot be a parameter of the pipeline \(script.path.split(separator: "/").last ?? "").")
            }
            parameters[name] = value
        }
        return parameters
    }

    /// The scheduler's job, as YAML, of which JSON is a part.
    func declaration(_ ledgerName: String, _ script: JobScript) -> String {
        let work =
            script.words.map { WireValue.Member("command", .texts($0 + [RunVariables.arguments])) }
            ?? .init("pipeline", .text(script.path))
        var rules: [WireValue.Member] = [
            .init("retries", .integer(Int64(maxRetries))), .init("retry_delay", .text("1s")), .init("retry_delay_max", .text("1m")),
            .init("concurrency", .integer(Int64(maxConcurrentRuns))),
        ]
        if let timeoutMinutes { rules.append(.init("timeout", .text("\(timeoutMinutes)m"))) }
        if let late = members["NotificationProperty"]?["NotifyDelayAfter"]?.whole { rules.append(.init("expected_by", .text("\(late)m"))) }
        let environment = WireValue.map([
            "AWS_ENDPOINT_URL": "{endpoint}", "AWS_ACCESS_KEY_ID": "{account}", "AWS_SECRET_ACCESS_KEY": "{account}",
            "AWS_DEFAULT_REGION": "{region}",
        ])
        return WireValue.object([
            .init("job", .text(ledgerName)), .init("description", .text("Glue's job \(name)")), work, .init("environment", environment),
            .init("schedule", .object(rules)),
        ]).json
    }
}

extension JobRecord {
    /// As answers have it.
    var value: WireValue {
        let isShell = command == "pythonshell"
        let capacity = members["MaxCapacity"] ?? (members["NumberOfWorkers"] ?? .real(isShell ? 0.0625 : 10))
        var all = members
        all["Name"] = .text(name)
        all["CreatedOn"] = .time(micros: createdMicros)
        all["LastModifiedOn"] = .time(micros: updatedMicros)
        all["ExecutionProperty"] = .structure(["MaxConcurrentRuns": .integer(Int64(maxConcurrentRuns))])
        all["MaxRetries"] = .integer(Int64(maxRetries))
        all["Timeout"] = timeoutMinutes.map { .integer($0) }
        all["MaxCapacity"] = capacity
        all["AllocatedCapacity"] = members["AllocatedCapacity"] ?? .integer(isShell ? 0 : 10)
        all["JobMode"] = .text("SCRIPT")
        return .members(all)
    }
}
