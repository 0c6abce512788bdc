import Glibc
import SluiceCore
import SluiceEngine

/// What the machine offers.
enum MachineChecks {
    /// Less free memory than this makes sorts and joins fail early.
    static let scarceMemoryBytes = 512 << 20
    static let scarceDiskBytes = 1_000_000_000
    static let fullDiskBytes = 10_000_000
    /// Open files that a run over many partitions may need.
    static let scarceOpenFiles: UInt = 1_024

    static func all(home: String) -> [HealthCheck] {
        [HealthCheck("cores", .passed, String(Machine.coreCount)), memory(), disk(home), openFiles(), temporaryFiles(), locale()]
    }

    private static func memory() -> HealthCheck {
        let total = HumanText.bytes(Machine.memoryBytes)
        guard let available = availableMemory else { return HealthCheck("memory", .passed, total) }
        let detail = "\(HumanText.bytes(available)) of \(total) available"
        if available >= scarceMemoryBytes { return HealthCheck("memory", .passed, detail) }
        return HealthCheck(
            "memory", .warned, detail, advice: "sorts, joins and aggregates may exceed it; end other programs or use --memory")
    }

    /// `MemAvailable` of proc(5): bytes that can be had without swapping.
    private static var availableMemory: Int? {
        guard let content = try? DiskFiles.read("/proc/meminfo") else { return nil }
        for line in String(decoding: content, as: UTF8.self).split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
        }
        return nil
    }

    private static func disk(_ home: String) -> HealthCheck {
        let place = nearestDirectory(home)
        var status = statvfs()
        guard statvfs(place, &status) == 0 else { return HealthCheck("disk", .warned, "unknown for \(place)") }
        let free = Int(status.f_bavail) * Int(status.f_frsize)
        let detail = "\(HumanText.bytes(free)) free for \(home)"
        if free < fullDiskBytes { return HealthCheck("disk", .failed, detail, advice: "free space there, or move the state with --home") }
        if free < scarceDiskBytes { return HealthCheck("disk", .warned, detail, advice: "a run stages its output beside the earlier one") }
        return HealthCheck("disk", .passed, detail)
    }

    /// The path, or what exists of it.
    static func nearestDirectory(_ path: String) -> String {
        var place = path
        while DiskFiles.kind(of: place) == nil, place != ".", place != "/" { place = DiskFiles.parent(of: place) }
        return place
    }

    private static func openFiles() -> HealthCheck {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return HealthCheck("open files", .warned, "limit unknown")
        }
        let detail = limit.rlim_cur == UInt.max ? "no limit" : "at most \(HumanText.grouped(limit.rlim_cur))"
        if limit.rlim_cur >= scarceOpenFiles { return HealthCheck("open files", .passed, detail) }
        return HealthCheck("open files", .warned, detail, advice: "raise the limit: ulimit -n 4096")
    }

    private static func temporaryFiles() -> HealthCheck {
        do {
            let scratch = try ScratchDirectory()
            scratch.remove()
            return HealthCheck("temporary files", .passed, DiskFiles.parent(of: scratch.path))
        } catch {
            return HealthCheck("temporary files", .failed, error.message, advice: "set TMPDIR to a directory that can be written to")
        }
    }

    private static func locale() -> HealthCheck {
        let value = ["LC_ALL", "LC_CTYPE", "LANG"].compactMap { Environment.value($0) }.first { !$0.isEmpty }
        let isUnicode = value.map { $0.lowercased().contains("utf-8") || $0.lowercased().contains("utf8") } ?? false
        if isUnicode { return HealthCheck("locale", .passed, value ?? "") }
        return HealthCheck(
            "locale", .warned, value ?? "not set",
            advice: "Sluice reads and writes UTF-8; other programs here may not: export LANG=C.UTF-8")
    }
}
