import Glibc
package import SluiceCore

/// The limits of one account at one host, for all processes that share a state: a file under a lock of a moment, and a lock for each request
/// under way, which the kernel gives back when its process ends, however it ends.
///
/// The file is replaced as a whole. It is not forced to the disk: after a loss of power the service's own refusals say what is left.
package struct SharedLimits: Sendable {
    private let path: String
    private let concurrency: Int
    private let pacing: Pacing

    /// - Parameters:
    ///   - folder: Of the state; it is made.
    ///   - name: Of account and host, as a file may be called.
    package init(folder: String, name: String, concurrency: Int, pacing: Pacing = .system) throws(SluiceError) {
        try DiskFiles.createDirectories(folder)
        path = "\(folder)/\(name)"
        self.concurrency = max(1, concurrency)
        self.pacing = pacing
    }

    /// Whether a request may go now; where it may, it counts.
    func admission(_ rules: [RateRule]) throws(SluiceError) -> LimiterMachine.Admission {
        let longest = HTTPLimits.longestWait.components.seconds * 1_000_000
        return try changed { $0.admit(rules, at: pacing.wall.nowMicros(), longestWait: longest) }
    }

    /// A place among the requests under way; nil where all are taken.
    func place() throws(SluiceError) -> FileLock? {
        for number in 0..<concurrency {
            if case .acquired(let lock) = try FileLock.attempt("\(path).\(number)", sinceMicros: nil) { return lock }
        }
        return nil
    }

    func pause(for duration: Duration) throws(SluiceError) {
        let until = pacing.wall.nowMicros() + duration.components.seconds * 1_000_000
        try changed { $0.pause(until: until) }
    }

    private func changed<Result>(_ change: (inout SharedBudget) -> Result) throws(SluiceError) -> Result {
        let lock = try FileLock.wait("\(path).lock")
        defer { lock.release() }
        let before = (try? DiskFiles.read(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        var budget = SharedBudget(parsing: before)
        let result = change(&budget)
        let after = budget.text
        if after != before { try Self.replace(path, after) }
        return result
    }

    private static func replace(_ path: String, _ text: String) throws(SluiceError) {
        let staged = path + ".new"
        let descriptor = open(staged, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system(errno, cannot: "create", staged) }
        defer { close(descriptor) }
        try DiskFiles.write(Array(text.utf8), to: descriptor, path: staged)
        guard rename(staged, path) == 0 else { throw .system(errno, cannot: "replace", path) }
    }
}
