import Glibc

/// Programs that tests use where they are there.
package enum InstalledProgram {
    /// Whether a program is in `PATH`.
    package static func isThere(_ name: String) -> Bool {
        let folders = getenv("PATH").map { String(cString: $0) } ?? ""
        return folders.split(separator: ":").contains { access("\($0)/\(name)", X_OK) == 0 }
    }

    /// Whether a program is there and ends well with these arguments; for conditions of tests, where nothing can be awaited.
    package static func succeeds(_ name: String, _ arguments: [String]) -> Bool {
        guard let running = try? Command(name, arguments).start() else { return false }
        while running.isRunning { usleep(5_000) }
        return running.exitCode == 0
    }
}
