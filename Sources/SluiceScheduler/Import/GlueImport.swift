package import SluiceCore
import SluiceJSON

/// Jobs of Sluice out of triggers and workflows of AWS Glue: a job of Glue becomes a pipeline of its name, a crawler a crawler, a trigger
/// the schedule of what it starts.
package struct GlueImport {
    /// A declared job.
    package struct Job: Sendable {
        package var name: String
        /// A whole file.
        package var yaml: String
    }

    package private(set) var jobs: [Job] = []
    /// What has no counterpart, in sentences.
    package private(set) var notes: [String] = []
    private let pipelines: String

    /// What makes a job run, of all triggers that start it.
    private struct Rules {
        var isCrawler = false
        var at: [String] = []
        var after: (jobs: [String], isAny: Bool, states: [String])?
        var arguments: [String: String] = [:]
        var timeoutMinutes: Int?
        var lateMinutes: Int?
        var isPaused = false
        var origin: [String] = []
    }

    /// - Parameters:
    ///   - text: What `aws glue get-triggers`, `get-trigger` or `get-workflow --include-graph` print.
    ///   - pipelines: The folder with the definitions, as the files of the jobs name it.
    /// - Throws: `invalidArgument` for a text that is none of these.
    package init(_ text: [UInt8], pipelines: String) throws(SluiceError) {
        self.pipelines = pipelines
        let root: JSONNode
        do {
            root = try JSONParser.parse(text)
        } catch {
            throw SluiceError(
                .invalidArgument, "the text is no JSON", remedy: "save what `aws glue get-workflow --include-graph` prints")
        }
        var triggers: [GlueTrigger] = []
        for node in Self.triggers(root) { triggers.append(try GlueTrigger(node)) }
        guard !triggers.isEmpty else {
            throw SluiceError(
                .invalidArgument, "there are no triggers in this file",
                remedy: "it has to be what `aws glue get-triggers`, or `get-workflow --include-graph`, prints")
        }
        let properties = root["Workflow"]?["DefaultRunProperties"]
        let found = collected(triggers)
        write(found, defaults: properties)
    }

    private static func triggers(_ root: JSONNode) -> [JSONNode] {
        let workflows = root["Workflows"]?.elements ?? root["Workflow"].map { [$0] } ?? []
        let nodes = workflows.flatMap { $0["Graph"]?["Nodes"]?.elements ?? [] }
        let found = nodes.filter { $0["Type"]?.string == "TRIGGER" }.compactMap { $0["TriggerDetails"]?["Trigger"] }
        return found + (root["Triggers"]?.elements ?? root["Trigger"].map { [$0] } ?? [])
    }

    private static let states = [
        "SUCCEEDED": "succeeded", "FAILED": "failed", "ERROR": "failed", "TIMEOUT": "timed_out", "STOPPED": "cancelled",
        "CANCELLED": "cancelled",
    ]

    private mutating func collected(_ triggers: [GlueTrigger]) -> [String: Rules] {
        var found: [String: Rules] = [:]
        for trigger in triggers {
            if trigger.actions.isEmpty { notes.append("The trigger \(trigger.name) starts nothing and was left out.") }
            for action in trigger.actions {
                var rules = found[action.name] ?? Rules()
                rules.isCrawler = action.isCrawler
                rules.origin.append(trigger.name)
                rules.arguments.merge(action.arguments) { $1 }
                rules.timeoutMinutes = action.timeoutMinutes ?? rules.timeoutMinutes
                rules.lateMinutes = action.notifyAfterMinutes ?? rules.lateMinutes
                if !trigger.isActive { rules.isPaused = true }
                add(trigger, to: &rules, action.name)
                found[action.name] = rules
                // What is only waited for is a job, too.
                for condition in trigger.conditions where found[condition.name] == nil {
                    found[condition.name] = Rules(isCrawler: condition.isCrawler)
                }
            }
        }
        return found
    }

    private mutating func add(_ trigger: GlueTrigger, to rules: inout Rules, _ job: String) {
        switch trigger.kind {
        case .scheduled: rules.at += trigger.schedule.map { [$0] } ?? []
        case .onDemand: break
        case .event:
            notes.append("\(job): the events of EventBridge that trigger \(trigger.name) takes have no counterpart; give it an `on`.")
        case .conditional:
            guard rules.after == nil else {
                notes.append("\(job): the trigger \(trigger.name) is a second condition of it and was left out.")
                return
            }
            let states = trigger.conditions.map { Self.states[$0.state] ?? "succeeded" }
            if Set(states).count > 1 {
                notes.append(
                    "\(job): trigger \(trigger.name) waits for each job in another state; here all have the same ones, so look at `states`."
                )
            }
            rules.after = (trigger.conditions.map(\.name), trigger.isAny, Set(states).sorted())
        }
    }

    private mutating func write(_ found: [String: Rules], defaults: JSONNode?) {
        var properties: [String: String] = [:]
        if case .object(let members)? = defaults {
            for member in members { properties[member.name] = member.value.string ?? "" }
        }
        if !properties.isEmpty {
            let names = properties.keys.sorted().joined(separator: ", ")
            notes.append("The workflow's run properties (\(names)) are parameters of each pipeline: declare them there, or take them out.")
        }
        for (name, rules) in found.sorted(by: { $0.key < $1.key }) {
            var lines = ["job: \(Self.quoted(name))"]
            if !rules.origin.isEmpty { lines.append("description: \(Self.quoted("Glue: " + rules.origin.joined(separator: ", ")))") }
            lines.append(rules.isCrawler ? "crawler: \(Self.quoted(name))" : "pipeline: \(Self.quoted("\(pipelines)/\(name).yaml"))")
            // `--day` of Glue's arguments is the parameter `day`; what begins with `--enable-` or the like is Glue's own.
            var parameters = rules.isCrawler ? [:] : properties
            for (key, value) in rules.arguments {
                let plain = key.hasPrefix("--") ? String(key.dropFirst(2)) : key
                if Self.isOwnArgument(plain) {
                    notes.append("\(name): the argument \(key) is one of Glue's own and was left out.")
                } else {
                    parameters[plain] = value
                }
            }
            if !parameters.isEmpty {
                lines.append("parameters:")
                lines += parameters.sorted { $0.key < $1.key }.map { "  \(Self.quoted($0.key)): \(Self.quoted($0.value))" }
            }
            lines += schedule(rules)
            jobs.append(Job(name: name, yaml: lines.joined(separator: "\n") + "\n"))
        }
    }

    /// Whether an argument, without its dashes, is for Glue and not for the job (AWS Glue developer guide, "Job parameters").
    package static func isOwnArgument(_ name: String) -> Bool {
        ownArguments.contains { $0.hasSuffix("-") ? name.hasPrefix($0) : name == $0 }
    }

    /// Whole names, and beginnings of names, which end with a dash.
    private static let ownArguments = [
        "additional-python-modules", "auto-scale-within-microbatch", "class", "conf", "continuous-log-", "customer-driver-",
        "customer-executor-", "datalake-formats", "disable-proxy-v2", "enable-", "executor-cores", "extra-", "job-bookmark-",
        "job-insights-byo-rules", "job-language", "library-set", "python-modules-installer-option", "scriptLocation",
        "spark-event-logs-path", "TempDir", "use-postgres-driver", "user-jars-first", "write-shuffle-",
    ]

    private func schedule(_ rules: Rules) -> [String] {
        var lines: [String] = []
        if rules.at.count == 1 { lines.append("  at: \(Self.quoted(rules.at[0]))") }
        if rules.at.count > 1 { lines.append("  at: [\(rules.at.map(Self.quoted).joined(separator: ", "))]") }
        if let after = rules.after {
            let jobs = "[\(after.jobs.map(Self.quoted).joined(separator: ", "))]"
            let states = after.states == ["succeeded"] || after.states.isEmpty ? "" : ", states: [\(after.states.joined(separator: ", "))]"
            lines.append("  after: {jobs: \(jobs)\(after.isAny ? ", when: any" : "")\(states)}")
        }
        if let minutes = rules.timeoutMinutes { lines.append("  timeout: \(minutes)m") }
        if let minutes = rules.lateMinutes { lines.append("  expected_by: \(minutes)m") }
        if rules.isPaused { lines.append("  paused: true") }
        return lines.isEmpty ? [] : ["schedule:"] + lines
    }

    /// JSON's texts are YAML's.
    private static func quoted(_ text: String) -> String {
        var bytes: [UInt8] = []
        Value.string(text).appendJSON(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
