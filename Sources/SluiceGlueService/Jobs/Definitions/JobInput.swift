import SluiceServer

extension Rules {
    static let jobArgument = TextRule(length: 0...262_144)
    static let role = TextRule(length: 0...2_048)
    static let scriptLocation = TextRule(length: 0...400_000)
    static let minutes: ClosedRange<Int64> = 1...10_080
    static let workerType = TextRule(
        values: [
            "Standard", "G.1X", "G.2X", "G.4X", "G.8X", "G.025X", "Z.2X", "G.12X", "G.16X", "R.1X", "R.2X", "R.4X", "R.8X",
        ])
}

extension InputReader {
    /// The members of a job that a request has.
    ///
    /// - Throws: `InvalidInputException` for what nothing here does.
    mutating func jobMembers() throws(ServiceFault) -> [String: WireValue] {
        try refuse([
            "CodeGenConfigurationNodes": "a job is a script or a pipeline", "SourceControlDetails": "scripts are files here",
            "SecurityConfiguration": "what jobs write is not encrypted", "MaintenanceWindow": "nothing is restarted by the week",
        ])
        if let mode = try text("JobMode", TextRule(values: ["SCRIPT", "VISUAL", "NOTEBOOK"])), mode != "SCRIPT" {
            throw Faults.invalid("JobMode \(mode) is not supported: a job is a script or a pipeline.")
        }
        let connections = try structure("Connections") { given throws(ServiceFault) in
            try given.texts("Connections", count: 0...1_000, Rules.name) ?? []
        }
        if connections?.isEmpty == false {
            throw Faults.invalid("Connections are not supported: a pipeline names its own, which `sluice connections add` keeps.")
        }
        var members = try capacityMembers()
        members["JobRunQueuingEnabled"] = try boolean("JobRunQueuingEnabled").map { .boolean($0) }
        for (name, rule) in [
            ("Description", Rules.description), ("LogUri", Rules.location), ("Role", Rules.role), ("GlueVersion", Rules.name),
        ] {
            members[name] = try text(name, rule).map { .text($0) }
        }
        members["ExecutionProperty"] = try structure("ExecutionProperty") { given throws(ServiceFault) in
            .structure(["MaxConcurrentRuns": try given.integer("MaxConcurrentRuns", 1...1_000).map { .integer(Int64($0)) }])
        }
        members["Command"] = try structure("Command") { given throws(ServiceFault) in
            .structure([
                "Name": .text(try given.text("Name", Rules.name) ?? "glueetl"),
                "ScriptLocation": .text(try given.text("ScriptLocation", Rules.scriptLocation) ?? ""),
                "PythonVersion": try given.text("PythonVersion", Rules.name).map { .text($0) },
                "Runtime": try given.text("Runtime", Rules.name).map { .text($0) },
            ])
        }
        for name in ["DefaultArguments", "NonOverridableArguments"] { members[name] = try jobArguments(name).map { .map($0) } }
        members["MaxRetries"] = try integer("MaxRetries", 0...10).map { .integer(Int64($0)) }
        return members
    }

    mutating func jobArguments(_ name: String) throws(ServiceFault) -> [String: String]? {
        try map(name, count: Rules.parameters, key: Rules.parameterKey, value: Rules.jobArgument)
    }

    /// What both a job and a run of it may say: its time, and how much of a cluster it would have, which is kept.
    mutating func capacityMembers() throws(ServiceFault) -> [String: WireValue] {
        var members: [String: WireValue] = [:]
        for (name, range) in [("AllocatedCapacity", 0...10_000), ("NumberOfWorkers", 1...10_000)] as [(String, ClosedRange<Int64>)] {
            members[name] = try integer(name, range).map { .integer(Int64($0)) }
        }
        members["Timeout"] = try integer("Timeout", Rules.minutes).map { .integer(Int64($0)) }
        switch value("MaxCapacity") {
        case nil: break
        case .integer(let number)?: members["MaxCapacity"] = .real(Double(number))
        case .real(let number)?: members["MaxCapacity"] = .real(number)
        case let other?: throw Faults.invalid("MaxCapacity is no number: \(other.json).")
        }
        members["WorkerType"] = try text("WorkerType", Rules.workerType).map { .text($0) }
        if members["MaxCapacity"] != nil, members["WorkerType"] != nil || members["NumberOfWorkers"] != nil {
            throw Faults.invalid("Please do not set Max Capacity if using Worker Type and Number of Workers.")
        }
        members["ExecutionClass"] = try text("ExecutionClass", TextRule(values: ["FLEX", "STANDARD"])).map { .text($0) }
        members["NotificationProperty"] = try structure("NotificationProperty") { given throws(ServiceFault) in
            .structure(["NotifyDelayAfter": try given.integer("NotifyDelayAfter", Rules.minutes).map { .integer(Int64($0)) }])
        }
        return members
    }
}
