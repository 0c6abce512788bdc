import Glibc
import SluiceTestKit

/// Pythons that have clients of services from PyPI.
enum ClientPython {
    /// - Parameters:
    ///   - variable: Of the environment: such a Python, which may be one of its own; without it the one of the other clients is looked at.
    ///   - modules: What it has to import.
    ///   - package: What is to be installed where it cannot.
    /// - Returns: Nil, which is printed, where it is not there.
    static func find(_ variable: String, importing modules: String, package: String) -> String? {
        let given = getenv(variable).map { String(cString: $0) } ?? MotoServer.python
        if let given, InstalledProgram.succeeds(given, ["-c", "import \(modules)"]) { return given }
        print("skipped: no Python with the package \(package); set \(variable) to one")
        return nil
    }
}
