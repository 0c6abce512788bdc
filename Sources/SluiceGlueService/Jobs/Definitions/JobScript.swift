import Glibc
import SluiceCore
import SluiceServer

/// What a run of a job does: a pipeline, or a program of Python.
enum JobScript: Hashable, Sendable {
    /// Whole paths.
    case pipeline(String)
    case python(String)
    case spark(String)

    /// - Throws: `InvalidInputException` for a script that nothing here runs.
    init(_ command: WireValue?, _ places: Places) throws {
        let kind = command?["Name"]?.string ?? "glueetl"
        let address = command?["ScriptLocation"]?.string ?? ""
        guard !address.isEmpty else { throw Faults.invalid("Command has no ScriptLocation.") }
        // Braces stand for values of a run in the scheduler's commands.
        guard !address.contains(where: { "{}\0".contains($0) }) else {
            throw Faults.invalid("A ScriptLocation with braces is not supported: \(address).")
        }
        let path = try places.target(address)
        if path.hasSuffix(".yaml") || path.hasSuffix(".yml") {
            guard kind != "gluestreaming" else {
                throw Faults.invalid("A pipeline as gluestreaming is not supported: `sluice up FILE` follows its source.")
            }
            self = .pipeline(path)
        } else if path.hasSuffix(".py") {
            switch kind {
            case "pythonshell": self = .python(path)
            case "glueetl", "gluestreaming": self = .spark(path)
            default: throw Faults.invalid("\(kind) is not supported: a Command is a glueetl, gluestreaming or pythonshell.")
            }
        } else {
            throw Faults.invalid("\(address) is not supported: a script is a pipeline (.yaml) or a program of Python (.py).")
        }
    }

    var path: String {
        switch self {
        case .pipeline(let path), .python(let path), .spark(let path): path
        }
    }

    /// The program that runs it, with its first arguments; nil where Sluice itself does.
    var words: [String]? {
        switch self {
        case .pipeline: nil
        case .python(let path): [Self.python ?? "python3", path]
        case .spark(let path): (Self.sparkSubmit ?? ["spark-submit"]) + [path]
        }
    }

    /// Why it cannot run on this machine; nil where it can.
    var refusal: String? {
        switch self {
        case .python where Self.python == nil: "There is no python3 in the PATH of the server, which runs the scripts of pythonshell."
        case .spark where Self.sparkSubmit == nil:
            "There is no spark-submit in the PATH of the server, nor beside the Python that SLUICE_SPARK_PYTHON names: install pyspark, "
                + "or write the job as a pipeline (.yaml)."
        default: nil
        }
    }

    private static var python: String? { found("python3") }

    /// Beside the Python that has pyspark, by which it finds its own files, or in the PATH.
    private static var sparkSubmit: [String]? {
        if let python = getenv("SLUICE_SPARK_PYTHON").map({ String(cString: $0) }) {
            let beside = DiskFiles.parent(of: python) + "/spark-submit"
            if access(beside, X_OK) == 0 { return ["env", "PYSPARK_PYTHON=" + python, beside] }
        }
        return found("spark-submit").map { [$0] }
    }

    private static func found(_ program: String) -> String? {
        let folders = getenv("PATH").map { String(cString: $0) } ?? ""
        return folders.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 && DiskFiles.kind(of: $0) == .file }
    }
}
