package import SluiceCore
import SluiceSQLite
import Synchronization

/// Buckets of objects on the disk: objects are plain files that other programs read, and an index beside them knows what there is.
///
/// Whatever is acknowledged is durable. A write is visible as a whole or not at all, to readers through the store and to those of the folders,
/// also when the process is killed. Conditions are checked in the moment of the write. See `docs/decisions/0032`.
///
/// - Complexity: reads, writes, and each entry of a listing O(log n) of the objects of all buckets.
package final class BucketStore: Sendable {
    let folders: BucketFolders
    let clock: WallClock
    let rounds: CommitRounds
    let committer: Committer
    /// Ends when the store is closed; an element whenever events wait that nobody has looked for yet, one at the beginning.
    package var eventSignal: AsyncStream<Void> { rounds.eventSignal }
    private let lock: FileLock
    private let readers = Mutex<[BucketIndex]>([])
    let known = KnownBuckets()

    /// Opens the store of a directory, which is made where it is not there, and brings files and index together after a crash.
    ///
    /// - Throws: `alreadyRunning` where another process has it; what the disk throws.
    package init(_ directory: String, clock: WallClock = .system) throws(SluiceError) {
        self.clock = clock
        try DiskFiles.createDirectories(BucketFolders.own(below: directory))
        folders = try BucketFolders(root: directory)
        switch try FileLock.attempt(folders.lock, sinceMicros: WallClock.system.nowMicros()) {
        case .acquired(let lock): self.lock = lock
        case .held(let holder):
            throw SluiceError(
                .alreadyRunning,
                "the buckets of \(directory.quotedForMessage) are in use\(holder.map { " by process \($0.processID)" } ?? "")",
                at: .file(path: directory), remedy: "stop the other server, give another --home, or start this one with --no-server")
        }
        rounds = try CommitRounds(folders, clock)
        committer = Committer(rounds)
    }

    /// Lets writes end and gives the directory to others. What comes later is refused.
    package func close() async {
        await committer.close()
        readers.withLock { $0 = [] }
        lock.release()
    }

    /// Reads the index.
    func read<Result>(_ body: (BucketIndex) throws(SluiceError) -> Result) throws(BucketFailure) -> Result {
        try BucketFailure.onDisk { () throws(SluiceError) in
            let idle = readers.withLock { $0.popLast() }
            let reader = if let idle { idle } else { try BucketIndex(folders.index, writes: false) }
            defer { readers.withLock { if $0.count < BucketLimits.readers { $0.append(reader) } } }
            return try body(reader)
        }
    }

    /// Reads the index as it is in one moment.
    func readTogether<Result>(_ body: (BucketIndex) throws(SluiceError) -> Result) throws(BucketFailure) -> Result {
        try read { index throws(SluiceError) in
            try index.connection.execute("BEGIN")
            defer { index.connection.rollBack() }
            return try body(index)
        }
    }
}
