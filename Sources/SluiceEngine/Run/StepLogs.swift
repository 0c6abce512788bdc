import Glibc
import SluiceCatalog
package import SluiceCore
import Synchronization

/// What the programs of a run's steps write on their standard error, a file for each step:
/// `<home>/step-logs/<pipeline>/<run>[.<run of a job>]/<step>.log`, and beside a file that has grown too long, the part before as `.1`.
///
/// A step that writes nothing has no file. Where a file cannot be written, because the disk is full, the run goes on without.
package final class StepLogs: Sendable {
    private struct State {
        var files: [String: StepLogFile] = [:]
        var isPrepared = false
    }

    private let folder: String
    private let name: String
    private let state = Mutex(State())

    /// - Parameter job: The run of a job that the run is a part of.
    package init(home: String, pipeline: String, run: String, job: String? = StepLogs.environmentJob) {
        folder = Self.folder(home: home, pipeline: pipeline)
        name = run + (job.map { "." + $0 } ?? "")
    }

    /// The run of a job that this process is.
    package static var environmentJob: String? {
        getenv("SLUICE_RUN_ID").map { String(cString: $0) }.flatMap { text in
            text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) } && !text.isEmpty ? text : nil
        }
    }

    fileprivate static func folder(home: String, pipeline: String) -> String { "\(home)/step-logs/\(pipeline)" }

    /// Takes what the program of a step has written.
    package func append(_ bytes: some Sequence<UInt8>, of step: String) {
        let bytes = Array(bytes)
        state.withLock { state in
            if !state.isPrepared {
                state.isPrepared = true
                StepLogArchive.prune(folder)
            }
            if state.files[step] == nil { state.files[step] = StepLogFile(path: "\(folder)/\(name)/\(Self.fileName(step))") }
            state.files[step]?.append(bytes)
        }
    }

    /// `1 exec` is `1-exec.log`.
    private static func fileName(_ step: String) -> String {
        String(step.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }) + StepLogArchive.suffix
    }
}

/// One step's file.
private final class StepLogFile {
    private let path: String
    private var descriptor: Int32 = -1
    private var byteCount = 0
    private var isLost = false
    /// The beginning of a line: secrets are looked for in whole ones.
    private var rest: [UInt8] = []

    init(path: String) { self.path = path }

    deinit {
        if !rest.isEmpty { write(Self.masked(rest)) }
        if descriptor >= 0 { close(descriptor) }
    }

    func append(_ bytes: [UInt8]) {
        rest += bytes
        guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) ?? (rest.count > Self.lineBytes ? rest.count - 1 : nil) else { return }
        write(Self.masked(Array(rest[...end])))
        rest.removeSubrange(...end)
    }

    /// A line that is longer is written in parts.
    private static let lineBytes = 1 << 20

    private static func masked(_ bytes: [UInt8]) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        let masked = KnownSecrets.masked(text)
        return masked == text ? bytes : Array(masked.utf8)
    }

    private func write(_ bytes: [UInt8]) {
        if isLost { return }
        do throws(SluiceError) {
            if descriptor < 0 { try begin() }
            try DiskFiles.write(bytes, to: descriptor, path: path)
            byteCount += bytes.count
            guard byteCount > StepLogArchive.fileBytes else { return }
            close(descriptor)
            descriptor = -1
            guard rename(path, path + StepLogArchive.earlier) == 0 else { throw .system(errno, cannot: "rename", path) }
            try begin()
        } catch {
            isLost = true
        }
    }

    private func begin() throws(SluiceError) {
        try DiskFiles.createDirectories(DiskFiles.parent(of: path))
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(errno, cannot: "create", path) }
        byteCount = DiskFiles.byteCount(of: path) ?? 0
    }
}

/// The logs of steps that are there.
package struct StepLogArchive: Sendable {
    /// What one step of a run wrote.
    package struct Log: Hashable, Sendable {
        package var pipeline: String
        package var run: String
        /// As the file is called: `1-exec`.
        package var step: String
        package var path: String
        /// The part before, of a file that grew too long; nil where there is none.
        package var earlierPath: String?
    }

    static let suffix = ".log"
    static let earlier = ".1"
    /// Bytes of a file before it is put aside for another.
    static let fileBytes = 10 << 20
    /// Runs of a pipeline whose logs stay, and the bytes of all of them.
    static let runs = 20
    static let pipelineBytes = 512 << 20

    private let home: String

    package init(home: String) { self.home = home }

    /// Those of a pipeline's run, in the order of its steps.
    package func logs(of run: String, pipeline: String) throws(SluiceError) -> [Log] {
        let folder = StepLogs.folder(home: home, pipeline: pipeline)
        let names = try DiskFiles.list(folder).filter { $0 == run || $0.hasPrefix(run + ".") }
        var found: [Log] = []
        for name in names { found += try logs(folder + "/" + name, run: run, pipeline: pipeline) }
        return found
    }

    /// Those of all pipelines' runs that are parts of a job's run, oldest first.
    package func logs(ofJob job: String) throws(SluiceError) -> [Log] {
        var found: [Log] = []
        for pipeline in try DiskFiles.list(home + "/step-logs") {
            let folder = StepLogs.folder(home: home, pipeline: pipeline)
            for name in try DiskFiles.list(folder) where name.hasSuffix("." + job) {
                found += try logs(folder + "/" + name, run: String(name.dropLast(job.count + 1)), pipeline: pipeline)
            }
        }
        return found.sorted { ($0.run, Self.order($0.step), $0.step) < ($1.run, Self.order($1.step), $1.step) }
    }

    private func logs(_ folder: String, run: String, pipeline: String) throws(SluiceError) -> [Log] {
        let names = try DiskFiles.list(folder)
        let logs = names.filter { $0.hasSuffix(Self.suffix) }.map { name in
            Log(
                pipeline: pipeline, run: run, step: String(name.dropLast(Self.suffix.count)), path: folder + "/" + name,
                earlierPath: names.contains(name + Self.earlier) ? folder + "/" + name + Self.earlier : nil)
        }
        return logs.sorted { (Self.order($0.step), $0.step) < (Self.order($1.step), $1.step) }
    }

    /// The number that the name begins with.
    private static func order(_ step: String) -> Int { Int(step.prefix { $0.isNumber }) ?? .max }

    /// Removes the oldest runs of a pipeline, beyond the bounds; names of runs sort by time.
    static func prune(_ folder: String, keep: Int = runs - 1, bytes: Int = pipelineBytes) {
        guard let names = try? DiskFiles.list(folder) else { return }
        var total = 0
        for (age, name) in names.reversed().enumerated() {
            let path = folder + "/" + name
            total += ((try? DiskFiles.list(path)) ?? []).reduce(0) { $0 + (DiskFiles.byteCount(of: path + "/" + $1) ?? 0) }
            if age >= keep || total > bytes { try? DiskFiles.removeTree(path) }
        }
    }
}
