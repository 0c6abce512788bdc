import SluiceCore
import SluiceSQLite
import Synchronization

/// The one writer of the index and of the files: rounds of a transaction and the changes of files that belong to it.
///
/// - Invariant: used by one thread at a time, but for `stamp` and the syncs.
final class CommitRounds: @unchecked Sendable {
    private let index: BucketIndex
    private let folders: BucketFolders
    private let clock: WallClock
    private let last: Mutex<Int64>
    /// Number of the last round that was begun.
    private var round: Int64
    /// Rounds from this one on have a change of files that failed, and stay in the index until the store is opened again.
    private var firstFailed = Int64.max
    private var unsyncedBytes = 0
    private var unsyncedFiles = 0
    private let syncing = Mutex(Syncing())
    /// Says that there are events, once for all that nobody has looked for yet.
    let eventSignal: AsyncStream<Void>
    private let signalEvents: AsyncStream<Void>.Continuation

    private struct Syncing {
        var isRunning = false
        /// Everything up to this round is on the disk.
        var done: Int64 = 0
        var forgotten: Int64 = 0
    }

    /// Opens the index and does what a crash left undone.
    init(_ folders: BucketFolders, _ clock: WallClock) throws(SluiceError) {
        self.folders = folders
        self.clock = clock
        (eventSignal, signalEvents) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        // Those that an earlier process left.
        signalEvents.yield()
        let isNew = DiskFiles.kind(of: folders.index) == nil
        if isNew { try folders.make() }
        index = try BucketIndex(folders.index, writes: true)
        last = Mutex(try index.state("stamp"))
        round = try index.state("round")
        try recover()
    }

    /// A number for a file, greater than all before by a microsecond or more: crawls and pipelines look at the microseconds of a file's time, also
    /// where the clock stands still or went back.
    func stamp() -> Int64 {
        last.withLock { last in
            last = max(clock.nowMicros(), last / 1_000 + 1) * 1_000
            return last
        }
    }

    /// Carries out changes in one transaction, and what they want done with files behind it.
    ///
    /// - Throws: where the transaction fails; nothing is changed then.
    func run(_ attempts: [@Sendable (inout Change) throws(SluiceError) -> Void]) throws(SluiceError) {
        round += 1
        var change = Change(index, folders, clock, stamps: stamp)
        let (done, forgotten) = syncing.withLock { ($0.done, $0.forgotten) }
        try index.connection.writing { () throws(SluiceError) in
            for attempt in attempts { try attempt(&change) }
            for file in change.files { try index.note(file, round: round) }
            if !change.files.isEmpty || change.hasStamps {
                try index.setState("round", round)
                try index.setState("stamp", last.withLock { $0 })
            }
            if done > forgotten { try index.forget(through: min(done, firstFailed - 1)) }
        }
        if done > forgotten { syncing.withLock { $0.forgotten = max($0.forgotten, done) } }
        if change.hasEvents { signalEvents.yield() }
        carryOut(change.files)
        if unsyncedBytes > BucketLimits.unsyncedBytes || unsyncedFiles > BucketLimits.unsyncedFiles { startSync() }
    }

    private func carryOut(_ changes: [FileChange]) {
        for change in changes {
            do throws(SluiceError) {
                try carryOut(change)
            } catch {
                firstFailed = min(firstFailed, round)
            }
            unsyncedFiles += 1
            unsyncedBytes += change.content?.count ?? 0
        }
    }

    private func carryOut(_ change: FileChange) throws(SluiceError) {
        switch change.kind {
        case .settle:
            let place = try folders.settle(change.file, change.bucket, change.key, content: change.content)
            guard place != change.file.place, let bucket = try index.bucket(change.bucket) else { return }
            try index.connection.writing { () throws(SluiceError) in
                try index.setPlace(change.file.stamp, bucket, change.key, place)
                try index.run(
                    "UPDATE moves SET place = ? WHERE stamp = ?", [.integer(place.rawValue), .integer(change.file.stamp)])
            }
        case .remove: folders.remove(change.file, change.bucket, change.key)
        }
    }

    // MARK: Syncs

    /// Syncs all files in the background; the index forgets their changes with one of the next transactions.
    private func startSync() {
        let through = round
        let starts = syncing.withLock { syncing in
            defer { syncing.isRunning = true }
            return !syncing.isRunning
        }
        guard starts else { return }
        unsyncedBytes = 0
        unsyncedFiles = 0
        BlockingThreads.files.start { [self] in
            let isDone = (try? BucketFailure.onDisk { () throws(SluiceError) in try folders.syncAll() }) != nil
            syncing.withLock { syncing in
                syncing.isRunning = false
                if isDone { syncing.done = max(syncing.done, through) }
            }
        }
    }

    /// Syncs what is left, so that the next start has nothing to do.
    func close() {
        signalEvents.finish()
        guard unsyncedFiles > 0, (try? BucketFailure.onDisk({ () throws(SluiceError) in try folders.syncAll() })) != nil else { return }
        // What fails here is done at the next start.
        _ = try? BucketFailure.onDisk { () throws(SluiceError) in try index.forget(through: min(round, firstFailed - 1)) }
    }

    // MARK: After a crash

    /// Does what is left to be done with files, and removes staged ones that nothing became of.
    private func recover() throws(SluiceError) {
        let left = try index.changesLeft()
        for change in left { try carryOut(change) }
        let staged = try DiskFiles.list(folders.staged)
        for name in staged { try DiskFiles.removeTree(folders.staged + "/" + name) }
        guard !left.isEmpty else { return }
        try folders.syncAll()
        try index.connection.writing { () throws(SluiceError) in try index.forget(through: .max) }
    }
}
