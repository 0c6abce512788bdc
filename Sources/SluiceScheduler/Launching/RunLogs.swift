import CSystemCalls
import Glibc
package import SluiceCatalog
import SluiceCore

/// The files with what runs printed: `<home>/logs/<job>/<run>-<attempt>.log`.
package struct RunLogs: Sendable {
    let home: String

    package init(home: String) { self.home = home }

    package func path(job: String, run: RunID, attempt: Int) -> String { "\(home)/logs/\(job)/\(run.text)-\(attempt).log" }

    /// Where the process tells properties to those behind it, beside its log.
    static func propertiesPath(log: String) -> String { (log.hasSuffix(".log") ? String(log.dropLast(4)) : log) + ".properties" }

    /// Cuts a log that has grown too long, while its process goes on writing at its end: its newest part stays.
    ///
    /// Where the file system cannot take the front of a file away, that part goes into one file beside it, and the log begins anew. Where the disk
    /// has no room for that file, it is given up: the bound holds.
    ///
    /// - Parameter isOver: Whether its process has ended; a log that grows may be twice as long before it is cut.
    /// - Returns: Whether it was too long.
    @discardableResult
    func cut(_ path: String, isOver: Bool) -> Bool {
        let limit = isOver ? SchedulerLimits.logBytes : 2 * SchedulerLimits.logBytes
        guard let count = DiskFiles.byteCount(of: path), count > limit else { return false }
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        if sluice_cut_front(descriptor, Int64(count - SchedulerLimits.logBytes)) >= 0 { return true }
        if let content = Self.read(descriptor, (count - SchedulerLimits.logBytes)..<count) {
            try? DiskFiles.writeAtomically(content, to: path + ".1")
            // What came while that was written.
            let end = Int(lseek(descriptor, 0, SEEK_END))
            if end > count, let more = Self.read(descriptor, max(count, end - SchedulerLimits.logBytes)..<end) {
                try? DiskFiles.append(more, to: path + ".1")
            }
        }
        ftruncate(descriptor, 0)
        return true
    }

    private static func read(_ descriptor: Int32, _ range: Range<Int>) -> [UInt8]? {
        var content = [UInt8](repeating: 0, count: range.count)
        let found = pread(descriptor, &content, content.count, off_t(range.lowerBound))
        return found < 0 ? nil : Array(content.prefix(found))
    }

    /// Removes the oldest logs of all jobs while all of them together are too large.
    ///
    /// - Parameter kept: Runs whose logs stay.
    func trim(to bytes: Int = SchedulerLimits.allLogBytes, except kept: Set<String>) {
        let root = "\(home)/logs"
        var files: [(run: String, path: String, bytes: Int)] = []
        for job in (try? DiskFiles.list(root)) ?? [] {
            for name in (try? DiskFiles.list("\(root)/\(job)")) ?? [] {
                let path = "\(root)/\(job)/\(name)"
                guard let count = DiskFiles.byteCount(of: path) else { continue }
                files.append((String(name.prefix { $0 != "-" }), path, count))
            }
        }
        var total = files.reduce(0) { $0 + $1.bytes }
        guard total > bytes else { return }
        for file in files.sorted(by: { $0.run < $1.run }) where total > bytes && !kept.contains(file.run) {
            if unlink(file.path) == 0 { total -= file.bytes }
        }
    }

    /// Removes the logs of a job's older runs; names of runs sort by time.
    func prune(job: String, keep: Int) {
        let folder = "\(home)/logs/\(job)"
        guard let names = try? DiskFiles.list(folder) else { return }
        let runs = Set(names.compactMap { $0.split(separator: "-").first.map(String.init) }).sorted()
        guard runs.count > keep else { return }
        let old = Set(runs.dropLast(keep))
        for name in names where name.split(separator: "-").first.map({ old.contains(String($0)) }) == true { unlink(folder + "/" + name) }
    }
}
