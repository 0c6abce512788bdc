import Glibc
import SluiceTestKit

/// A Python with a vendor's own client, unchanged: `SLUICE_PYTHON` if set, or `python3`.
enum VendorClients {
    private static let candidates = (getenv("SLUICE_PYTHON").map { [String(cString: $0)] } ?? []) + ["python3"]

    /// Nil, with a printed reason, where the package is not there.
    static func python(with package: String) -> String? {
        let found = candidates.first { InstalledProgram.succeeds($0, ["-c", "import \(package)"]) }
        if found == nil { print("skipped: the Python package \(package) is not there; set SLUICE_PYTHON to a Python that has it") }
        return found
    }

    static let zenpy = python(with: "zenpy")
    static let slack = python(with: "slack_sdk")
    static let salesforce = python(with: "simple_salesforce")
    static let stripe = python(with: "stripe")

    /// What a script prints.
    static func run(_ python: String, _ script: String, _ arguments: [String]) async throws -> CommandResult {
        try await Command(python, ["-W", "ignore", "-c", script] + arguments).run()
    }
}
