import Glibc
package import SluiceCore

/// The streams under one directory, `<home>/streams`.
package struct StreamStore: Sendable {
    package let directory: String
    private let clock: WallClock
    private let files: any LogFiles
    /// Never a stream's name: marks directories that are being made or removed.
    private static let hiddenPrefix = "~"

    /// - Parameter files: How segments are written; tests inject faults here.
    package init(directory: String, clock: WallClock = .system, files: any LogFiles = DiskLogFiles()) {
        self.directory = directory
        self.clock = clock
        self.files = files
    }

    /// Creates an empty stream whose shards own equal slices of the hash space.
    ///
    /// - Throws: `invalidOption` for a bad name or count, `alreadyExists`, and what writing throws.
    package func create(
        _ name: String, shards: Int, retentionHours: Int = StreamLimits.defaultRetentionHours
    ) throws(SluiceError) {
        try Self.checkName(name)
        guard (1...StreamLimits.shards).contains(shards) else {
            throw SluiceError(.invalidOption, "a stream cannot have \(shards) shards", remedy: "choose from 1 to \(StreamLimits.shards)")
        }
        guard StreamLimits.retentionHours.contains(retentionHours) else {
            throw SluiceError(
                .invalidOption, "records cannot be kept for \(retentionHours) hours",
                remedy: "choose from \(StreamLimits.retentionHours.lowerBound) to \(StreamLimits.retentionHours.upperBound)")
        }
        guard !exists(name) else { throw SluiceError(.alreadyExists, "stream \"\(name)\" exists already") }
        let metadata = StreamMetadata(
            name: name, tag: .random(in: 1 ... .max), createdMicros: clock.nowMicros(), retentionHours: retentionHours,
            ranges: HashRange.slices(shards))
        let staged = directory + "/" + Self.hiddenPrefix + "new-\(metadata.tag)"
        try DiskFiles.createDirectories(staged)
        do throws(SluiceError) {
            for shard in 0..<shards {
                let paths = ShardFiles(stream: staged, shard: shard)
                try DiskFiles.createDirectories(paths.directory)
                var recovery = ShardRecovery(shard: ShardID(shard), paths: paths, tag: metadata.tag, files: files)
                _ = try recovery.open()
            }
            try DiskFiles.writeAtomically(metadata.text.utf8, to: staged + "/" + StreamMetadata.fileName)
            guard rename(staged, path(name)) == 0 else {
                if errno == ENOTEMPTY || errno == EEXIST { throw SluiceError(.alreadyExists, "stream \"\(name)\" exists already") }
                throw .system(errno, cannot: "create", path(name))
            }
        } catch {
            try? DiskFiles.removeTree(staged)
            throw error
        }
        try DiskFiles.syncDirectory(directory)
    }

    package func exists(_ name: String) -> Bool { DiskFiles.kind(of: path(name) + "/" + StreamMetadata.fileName) == .file }

    /// Names of the streams, sorted.
    package func list() throws(SluiceError) -> [String] {
        try DiskFiles.list(directory).filter { !$0.hasPrefix(Self.hiddenPrefix) && exists($0) }
    }

    /// Opens a stream and recovers what a crash left behind (`RecordStream.recovery`).
    ///
    /// Only one process writes a stream at a time; others open it for reading beside it.
    /// - Throws: `notFound` with the nearest name, `alreadyRunning` with the writer's process id, `stateTooNew`, `stateCorrupt`.
    package func open(_ name: String, for mode: RecordStream.Mode) throws(SluiceError) -> RecordStream {
        let metadata = try metadata(name)
        let place = path(name)
        switch mode {
        case .writing:
            let lock = try writeLock(name)
            return try openForWriting(place, metadata, lock)
        case .reading:
            var report = RecoveryReport()
            // Nobody writes: a crash may have left records behind the end mark, so recover before reading.
            if case .acquired(let lock) = try FileLock.attempt(place + "/lock", sinceMicros: nil) {
                defer { lock.release() }
                report = try recover(place, metadata).report
            }
            let views = metadata.ranges.indices.map { RemoteShard(paths: ShardFiles(stream: place, shard: $0)) }
            return RecordStream(
                directory: place, metadata: metadata, views: views, writers: [], lock: nil, files: files, recovery: report)
        }
    }

    /// What there is in a stream; opens it for reading.
    package func describe(_ name: String) throws(SluiceError) -> StreamDescription { try open(name, for: .reading).describe() }

    /// Removes a stream and its records.
    ///
    /// - Throws: `notFound`, or `alreadyRunning` while somebody writes it.
    package func delete(_ name: String) throws(SluiceError) {
        let metadata = try metadata(name)
        let lock = try writeLock(name)
        defer { lock.release() }
        let trash = directory + "/" + Self.hiddenPrefix + "deleted-\(metadata.tag)"
        guard rename(path(name), trash) == 0 else { throw .system(errno, cannot: "remove", path(name)) }
        try DiskFiles.syncDirectory(directory)
        try DiskFiles.removeTree(trash)
    }

    /// - Throws: `invalidOption` unless the name has 1 to 128 of `[a-zA-Z0-9_.-]` (Kinesis) and is not `.` or `..`.
    package static func checkName(_ name: String) throws(SluiceError) {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
            default: false
            }
        }
        guard allowed, (1...StreamLimits.nameCharacters).contains(name.utf8.count), name != ".", name != ".." else {
            throw SluiceError(
                .invalidOption, "\(name.quotedForMessage) cannot name a stream",
                remedy: "use 1 to \(StreamLimits.nameCharacters) letters a to z, digits, and _ . -")
        }
    }

    private func path(_ name: String) -> String { directory + "/" + name }

    private func metadata(_ name: String) throws(SluiceError) -> StreamMetadata {
        try Self.checkName(name)
        guard exists(name) else { throw .unknownStream(name, among: try list()) }
        return try StreamMetadata.read(path(name) + "/" + StreamMetadata.fileName)
    }

    /// The lock of the one writer; somebody who only recovers has it for a moment, and is waited for.
    private func writeLock(_ name: String) throws(SluiceError) -> FileLock {
        for _ in 0..<(StreamLimits.recoveryWaitMillis / 10) {
            switch try FileLock.attempt(path(name) + "/lock", sinceMicros: clock.nowMicros()) {
            case .acquired(let lock): return lock
            case .held(let holder?):
                throw SluiceError(
                    .alreadyRunning, "stream \"\(name)\" is being written by process \(holder.processID)", at: .file(path: path(name)),
                    remedy: "wait until it ends, or stop it", isRetriable: true)
            case .held(nil): usleep(10_000)
            }
        }
        throw SluiceError(.alreadyRunning, "stream \"\(name)\" is being recovered by another process", isRetriable: true)
    }

    private func openForWriting(_ place: String, _ metadata: StreamMetadata, _ lock: FileLock) throws(SluiceError) -> RecordStream {
        let (opened, report) = try recover(place, metadata)
        var writers: [ShardLog] = []
        for (shard, state) in opened.enumerated() {
            writers.append(
                try ShardLog(
                    number: shard, paths: ShardFiles(stream: place, shard: shard), metadata: metadata, opened: state, files: files,
                    clock: clock))
        }
        let stream = RecordStream(
            directory: place, metadata: metadata, views: writers, writers: writers, lock: lock, files: files, recovery: report)
        try stream.enforceRetention()
        return stream
    }

    private func recover(
        _ place: String, _ metadata: StreamMetadata
    ) throws(SluiceError) -> (opened: [ShardRecovery.Opened], report: RecoveryReport) {
        var report = RecoveryReport()
        var opened: [ShardRecovery.Opened] = []
        for shard in metadata.ranges.indices {
            var recovery = ShardRecovery(
                shard: ShardID(shard), paths: ShardFiles(stream: place, shard: shard), tag: metadata.tag, files: files)
            opened.append(try recovery.open())
            report.findings += recovery.findings
        }
        return (opened, report)
    }
}
