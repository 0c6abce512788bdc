import Glibc
import SluiceCore

/// A process, told apart from a later one with the same number by when it started.
package struct ProcessIdentity: Hashable, Sendable {
    package var processID: Int32
    /// Boot id and start time in clock ticks since boot (proc(5)); empty where the system does not tell.
    package var started: String

    package init(processID: Int32, started: String) {
        self.processID = processID
        self.started = started
    }

    package static var current: ProcessIdentity { ProcessIdentity(processID: getpid(), started: started(getpid()) ?? "") }

    /// A process that runs, such as a child that was just started.
    package init(of processID: Int32) { self.init(processID: processID, started: Self.started(processID) ?? "") }

    /// Whether this very process still runs.
    package var isRunning: Bool {
        if let now = Self.started(processID) { return started.isEmpty || now == started }
        return kill(processID, 0) == 0 && started.isEmpty
    }

    /// Nil for a process that is gone.
    private static func started(_ processID: Int32) -> String? {
        guard let status = try? DiskFiles.read("/proc/\(processID)/stat"), let boot = try? DiskFiles.read("/proc/sys/kernel/random/boot_id")
        else { return nil }
        // The name in parentheses may hold anything; the 22nd field is the 20th behind it.
        let text = String(decoding: status, as: UTF8.self)
        guard let close = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: close)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        return String(decoding: boot, as: UTF8.self).prefix { $0 != "\n" } + "/" + fields[19]
    }
}
