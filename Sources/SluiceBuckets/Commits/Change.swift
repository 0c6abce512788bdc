import SluiceCore

/// A change of the store while its transaction is open: what it does to the index is undone with the transaction, what it wants done with files
/// happens behind it.
struct Change {
    let index: BucketIndex
    let folders: BucketFolders
    let clock: WallClock
    private let takeStamp: () -> Int64
    /// Whether a number was taken.
    private(set) var hasStamps = false
    /// Whether there are events that somebody waits for.
    var hasEvents = false
    private(set) var files: [FileChange] = []

    init(_ index: BucketIndex, _ folders: BucketFolders, _ clock: WallClock, stamps: @escaping () -> Int64) {
        self.index = index
        self.folders = folders
        self.clock = clock
        takeStamp = stamps
    }

    var nowMicros: Int64 { clock.nowMicros() }

    /// A number for a version without a new file; greater than all before.
    mutating func stamp() -> Int64 {
        hasStamps = true
        return takeStamp()
    }

    mutating func settle(_ file: StoredFile, _ bucket: String, _ key: ObjectKey, content: [UInt8]? = nil) {
        files.append(FileChange(kind: .settle, file: file, bucket: bucket, key: key, content: content))
    }

    /// A delete marker has no file; for everything else the file goes.
    mutating func remove(_ version: ObjectVersion, _ bucket: String) {
        if !version.isMarker { remove(version.file, bucket, version.key) }
    }

    mutating func remove(_ file: StoredFile, _ bucket: String, _ key: ObjectKey) {
        files.append(FileChange(kind: .remove, file: file, bucket: bucket, key: key))
    }

    /// What the index throws, as a failure of the disk.
    func onDisk<Result>(_ body: (BucketIndex) throws(SluiceError) -> Result) throws(BucketFailure) -> Result {
        do throws(SluiceError) { return try body(index) } catch { throw .disk(error) }
    }
}
