import Glibc
package import SluiceCore
package import SluiceStreams

/// The streams under one directory, `<home>/streams`.
package struct StreamStore: Sendable {
    package let directory: String
    let clock: WallClock
    private let files: any LogFiles
    private let segmentBytes: Int
    private let flushesApart: Bool
    private let retentionInterval: Duration
    /// The key file of the state directory, beside the directory of streams.
    let keys: KeyFile
    /// For streams that are bound to schemas; without, such a stream takes no records that have to be checked.
    package let checks: RecordChecks?
    /// Never a stream's name: marks directories that are being made or removed.
    static let hiddenPrefix = "~"

    /// - Parameters:
    ///   - files: How segments are written; tests inject faults here.
    ///   - segmentBytes: When a segment is closed and the next one begun.
    ///   - flushesApart: Whether waiting for the disk is left to threads of their own, because records are put on threads that others depend on.
    ///   - retentionInterval: How often a stream that is open for writing looks for what has expired.
    ///   - checks: For streams that are bound to schemas.
    package init(
        directory: String, clock: WallClock = .system, files: any LogFiles = DiskLogFiles(), segmentBytes: Int = LogLimits.segmentBytes,
        flushesApart: Bool = false, retentionInterval: Duration = .seconds(LogLimits.retentionSeconds), checks: RecordChecks? = nil
    ) {
        self.directory = directory
        self.clock = clock
        self.files = files
        self.segmentBytes = segmentBytes
        self.flushesApart = flushesApart
        self.retentionInterval = retentionInterval
        keys = KeyFile(streams: directory)
        self.checks = checks
    }

    /// Creates an empty stream whose shards own equal slices of the hash space.
    package func create(
        _ name: String, shards: Int, retentionHours: Int = StreamLimits.defaultRetentionHours
    ) throws(SluiceError) {
        try create(name, StreamConfiguration(shards: shards, retentionHours: retentionHours))
    }

    /// Creates an empty stream whose shards own equal slices of the hash space. Records may be kept for less than a day.
    ///
    /// - Throws: `invalidOption` for a bad name or setting, `alreadyExists`, and what writing throws.
    package func create(_ name: String, _ configuration: StreamConfiguration) throws(SluiceError) {
        try Self.checkName(name)
        try configuration.check(retentionHours: LogLimits.retentionHours)
        try configuration.check(segmentBytes: segmentBytes)
        guard !exists(name) else { throw SluiceError(.alreadyExists, "stream \"\(name)\" exists already") }
        if configuration.isEncrypted { _ = try keys.readOrCreate() }
        let now = clock.nowMicros()
        let shards = HashRange.slices(configuration.shards).enumerated().map { number, range in
            ShardRecord(id: ShardID(number), range: range, start: 0, createdMicros: now)
        }
        let metadata = StreamMetadata(
            name: name, tag: .random(in: 1 ... .max), createdMicros: now, configuration: configuration, nextShard: shards.count,
            shards: shards)
        removeLeftovers()
        let staged = hiddenDirectory("new", metadata.tag)
        try DiskFiles.createDirectories(staged)
        do throws(SluiceError) {
            for shard in shards {
                let paths = ShardFiles(stream: staged, shard: shard.id.number)
                try DiskFiles.createDirectories(paths.directory)
                var recovery = ShardRecovery(shard: shard.id, paths: paths, tag: metadata.tag, files: files)
                _ = try recovery.open(isNew: true)
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

    /// A stream's settings; nothing of it is opened or recovered.
    ///
    /// - Throws: `notFound`, `stateCorrupt`.
    package func configuration(of name: String) throws(SluiceError) -> StreamConfiguration { try metadata(name).configuration }

    /// Names of the streams, sorted; with those whose metadata are gone, which opening says.
    package func list() throws(SluiceError) -> [String] {
        try DiskFiles.list(directory).filter { !$0.hasPrefix(Self.hiddenPrefix) && (exists($0) || hasShards($0)) }
    }

    /// Whether a directory holds those of shards.
    private func hasShards(_ name: String) -> Bool {
        let entries = (try? DiskFiles.list(path(name))) ?? []
        return entries.contains { DiskFiles.kind(of: path(name) + "/" + $0) == .directory && ShardID(parsing: $0) != nil }
    }

    /// Opens a stream and recovers what a crash left behind (`RecordStream.recovery`).
    ///
    /// Only one process writes a stream at a time; others open it for reading beside it.
    /// - Throws: `notFound` with the nearest name, `alreadyRunning` with the writer's process id, `stateTooNew`, `stateCorrupt`, `wrongKey`
    ///   where the key of an encrypted stream is missing.
    package func open(_ name: String, for mode: RecordStream.Mode) throws(SluiceError) -> RecordStream {
        let place = path(name)
        switch mode {
        case .writing:
            _ = try metadata(name)
            let lock = try writeLock(name)
            // Read behind the lock: another process may have split shards a moment ago.
            return try openForWriting(place, try metadata(name), lock)
        case .reading:
            var metadata = try metadata(name)
            var report = RecoveryReport()
            // Nobody writes: a crash may have left records behind the end mark, so recover before reading.
            if case .acquired(let lock) = try FileLock.attempt(place + "/lock", sinceMicros: nil) {
                defer { lock.release() }
                metadata = try self.metadata(name)
                report = try recover(place, metadata).report
            }
            let remote = RemoteMetadata(directory: place, metadata)
            return RecordStream(
                directory: place, metadata: metadata, views: remote.views(metadata, directory: place), writers: [:], lock: nil,
                remote: remote, settings: settings(metadata, nil), keyring: Keyring(keys), recovery: report)
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
        removeLeftovers()
        let trash = hiddenDirectory("deleted", metadata.tag)
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
        guard exists(name) else {
            if hasShards(name) { throw .goneMetadata(path(name) + "/" + StreamMetadata.fileName) }
            throw .unknownStream(name, among: try list())
        }
        return try StreamMetadata.read(path(name) + "/" + StreamMetadata.fileName)
    }

    /// The lock of the one writer; somebody who only recovers has it for a moment, and is waited for.
    private func writeLock(_ name: String) throws(SluiceError) -> FileLock {
        for _ in 0..<(LogLimits.recoveryWaitMillis / 10) {
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
        let keyring = Keyring(keys)
        let cipher = metadata.configuration.isEncrypted ? try keyring.forReading() : nil
        let (opened, report) = try recover(place, metadata)
        let settings = settings(metadata, cipher)
        var writers: [Int: ShardLog] = [:]
        for (shard, state) in zip(metadata.shards, opened) {
            let number = shard.id.number
            writers[number] = try ShardLog(
                number: number, paths: ShardFiles(stream: place, shard: number), settings: settings, opened: state, isSealed: !shard.isOpen)
        }
        let stream = RecordStream(
            directory: place, metadata: metadata, views: writers, writers: writers, lock: lock,
            gate: StreamGate(store: self, stream: metadata.name), settings: settings, keyring: keyring, recovery: report)
        try stream.enforceRetention()
        return stream
    }

    private func settings(_ metadata: StreamMetadata, _ cipher: FrameCipher?) -> ShardSettings {
        let configuration = metadata.configuration
        return ShardSettings(
            tag: metadata.tag, files: files, clock: clock, segmentBytes: segmentBytes, flushesApart: flushesApart,
            retentionInterval: retentionInterval,
            ShardSettings.Changing(
                retentionHours: configuration.retentionHours, retentionBytes: configuration.retentionBytes,
                durability: configuration.durability, cipher: cipher))
    }

    private func recover(
        _ place: String, _ metadata: StreamMetadata
    ) throws(SluiceError) -> (opened: [ShardRecovery.Opened], report: RecoveryReport) {
        var report = RecoveryReport()
        var opened: [ShardRecovery.Opened] = []
        for shard in metadata.shards {
            let paths = ShardFiles(stream: place, shard: shard.id.number)
            try DiskFiles.createDirectories(paths.directory)
            var recovery = ShardRecovery(shard: shard.id, paths: paths, tag: metadata.tag, files: files)
            opened.append(try recovery.open(start: shard.start, closedEnd: shard.closed?.end))
            report.findings += recovery.findings
        }
        return (opened, report)
    }
}
