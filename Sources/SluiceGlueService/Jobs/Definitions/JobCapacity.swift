import SluiceServer

/// How much of a cluster a job says it would have, and of which version: kept and told, and refused where the service would.
///
/// Source: Glue API reference, `CreateJob`, `JobCommand` and `StartJobRun`.
enum JobCapacity {
    private static let glueVersions = ["0.9", "1.0", "2.0", "3.0", "4.0", "5.0", "5.1"]
    private static let pythonVersions = ["2", "3", "3.6", "3.9"]
    /// From here on jobs may wait for spare machines.
    private static let flexVersions = glueVersions.drop { $0 != "3.0" }
    /// Units of processing of a Spark job.
    private static let sparkCapacity = 2.0...100.0
    private static let shellCapacities = [0.0625, 1]

    /// - Parameters:
    ///   - command: Such as `glueetl`.
    ///   - members: Of a job, with those of a run in their place.
    /// - Throws: `InvalidInputException`.
    static func check(_ command: String, _ members: [String: WireValue]) throws(ServiceFault) {
        let version = members["GlueVersion"]?.string
        if let version, !glueVersions.contains(version) {
            throw Faults.invalid("Glue version \(version) is not valid: it is one of \(glueVersions.joined(separator: ", ")).")
        }
        if let python = members["Command"]?["PythonVersion"]?.string, !pythonVersions.contains(python) {
            throw Faults.invalid("Python version \(python) is not valid: it is one of \(pythonVersions.joined(separator: ", ")).")
        }
        let hasWorkers = members["WorkerType"] != nil
        guard hasWorkers == (members["NumberOfWorkers"] != nil) else {
            throw Faults.invalid("Please set both Worker Type and Number of Workers.")
        }
        let isShell = command == "pythonshell"
        if isShell, hasWorkers { throw Faults.invalid("A pythonshell job has no Worker Type: set Max Capacity.") }
        if members["ExecutionClass"]?.string == "FLEX", command != "glueetl" || version.map(flexVersions.contains) == false {
            throw Faults.invalid("Execution class FLEX is for glueetl jobs of Glue version 3.0 and later.")
        }
        guard case .real(let capacity)? = members["MaxCapacity"] else { return }
        if isShell, !shellCapacities.contains(capacity) {
            throw Faults.invalid("MaxCapacity of a pythonshell job is 0.0625 or 1, and not \(capacity).")
        }
        if !isShell, !sparkCapacity.contains(capacity) || capacity != capacity.rounded() {
            throw Faults.invalid("MaxCapacity of a \(command) job is a whole number from 2 to 100, and not \(capacity).")
        }
    }
}

extension [String: WireValue] {
    /// What a run says of its capacity in place of what its job says: units or workers, not both.
    func over(_ job: [String: WireValue]) -> [String: WireValue] {
        var all = job
        if self["MaxCapacity"] != nil { (all["WorkerType"], all["NumberOfWorkers"]) = (nil, nil) }
        if self["WorkerType"] != nil || self["NumberOfWorkers"] != nil { all["MaxCapacity"] = nil }
        return all.merging(self) { $1 }
    }
}
