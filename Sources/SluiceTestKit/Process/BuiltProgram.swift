import Glibc

/// Finds what the package built: tests run the program as its users do.
package enum BuiltProgram {
    /// The `sluice` to test: `SLUICE_BINARY` if set, else the one that was built beside the running test bundle.
    ///
    /// - Throws: `CommandError` with what to do, when there is none.
    package static func sluice() throws -> String {
        if let given = getenv("SLUICE_BINARY") { return String(cString: given) }
        return try helper("sluice")
    }

    /// A program that was built beside the running test bundle.
    ///
    /// - Throws: `CommandError` with what to do, when there is none.
    package static func helper(_ name: String) throws -> String {
        let path = try bundleDirectory() + "/" + name
        guard access(path, X_OK) == 0 else {
            throw CommandError("there is no program \(path); build it with `swift build --product \(name)`")
        }
        return path
    }

    /// The directory of the running test executable.
    private static func bundleDirectory() throws -> String {
        guard let resolved = realpath("/proc/self/exe", nil) else { throw CommandError("cannot resolve /proc/self/exe") }
        defer { free(resolved) }
        let path = String(cString: resolved)
        return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}
