import Glibc
import SluiceAWS
import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceS3
import SluiceStorage
import Synchronization

/// Where the files of an output go that is in an object store, and how they get there exactly once.
///
/// A file is written to the disk, and uploaded in parts to its own key meanwhile, where nobody sees it before the upload is completed. The commit
/// records that the run's uploads are owed; after it they are completed, and what they replace is removed. A process that is cut off before the
/// commit leaves a journal by which its uploads are given up, and after it one by which they are completed, as often as it takes.
struct ObjectOutput: Sendable {
    /// The journals of runs that this process has begun, by run.
    private final class Journals: Sendable {
        let open = Mutex<[String: UploadJournal]>([:])
        let hasLooked = Atomic(false)
    }

    let location: S3Location
    let site: S3Site
    let pipeline: String
    /// Where the state is: files on their way, and the journals.
    private let home: String
    /// Nil for a conversion, which has no state: its uploads are completed at once when all are there.
    private let catalog: Catalog?
    private let journals = Journals()

    init(_ location: S3Location, _ site: S3Site, in context: ConnectorContext) {
        self.location = location
        self.site = site
        pipeline = context.pipeline
        catalog = context.catalog
        home = catalog == nil ? "/tmp/sluice-uploads-\(getpid())-\(UInt32.random(in: .min ... .max))" : FileListing.absolute(context.home)
    }

    func service() throws(SluiceError) -> S3Service { try S3Stores.service(location.bucket, site) }

    // MARK: Names

    /// Tells outputs of one run apart.
    private func name(_ run: String) -> String { "\(run).\(StableHash.text("\(location)"))" }
    func spoolDirectory(run: String) -> String { "\(home)/tmp/uploads/\(name(run))" }
    private func journalDirectory(run: String) -> String { UploadRecovery.directory(home) + "/" + name(run) }

    private func key(_ path: String) -> String { String(path.dropFirst(S3Location.scheme.count + location.bucket.count + 1)) }

    // MARK: A run

    /// Makes room for the files of a run, and gives up first what earlier runs left behind.
    func stage(run: String) throws(SluiceError) {
        if let catalog, !journals.hasLooked.exchange(true, ordering: .relaxed) {
            try ServiceThreads.wait { [home] () async throws(SluiceError) in await UploadRecovery(home: home, catalog).run() }
        }
        try DiskFiles.createDirectories(spoolDirectory(run: run))
    }

    /// The upload of a file that is about to be written.
    ///
    /// - Parameter path: What the object's location will be.
    func upload(_ spooled: String, to path: String, run: String) throws(SluiceError) -> FileUpload {
        try journal(run).upload(spooled, to: key(path), service())
    }

    private func journal(_ run: String) throws(SluiceError) -> UploadJournal {
        try journals.open.withLock { open throws(SluiceError) in
            if let known = open[run] { return known }
            // Those of earlier epochs are in the catalog's hands.
            open = open.filter { !$0.value.isCommitted }
            let journal = try UploadJournal(directory: journalDirectory(run: run), self)
            open[run] = journal
            return journal
        }
    }

    /// What the commit of a run records, so that its files become visible and others are removed.
    ///
    /// - Parameter removed: Locations of objects.
    func commit(_ files: [StagedFile], removing removed: [String], run: String) throws(SluiceError) -> OutputCommit {
        if files.isEmpty, removed.isEmpty { return OutputCommit() }
        let journal = try journal(run)
        let keys = files.map { key($0.finalPath) }
        try journal.commit(keys, removing: removed.map(key).filter { !keys.contains($0) })
        guard catalog != nil else {
            try ServiceThreads.wait { () async throws(SluiceError) in try await UploadLedger(journal.path).carryOut { _ in } }
            try DiskFiles.removeTree(home)
            return OutputCommit()
        }
        let target = Publication.ConnectorTarget(connector: ObjectTarget.connector, name: "\(location)", settings: "")
        return OutputCommit(publications: [
            Publication(
                .connector(target), content: .file(journal.path), byteCount: files.reduce(0) { $0 + $1.byteCount },
                rowCount: files.reduce(0) { $0 + $1.rowCount })
        ])
    }

    /// Ends a run: one that did not commit leaves nothing behind.
    func discard(run: String) async {
        let journal = journals.open.withLock { $0.removeValue(forKey: run) }
        if let journal, !journal.isCommitted { await journal.abandon() }
        try? DiskFiles.removeTree(catalog == nil ? home : spoolDirectory(run: run))
    }

    // MARK: What is there

    /// - Throws: `notFound` for a bucket that is not there; what the service refuses.
    func check() throws(SluiceError) {
        try ServiceThreads.wait { [service = try service()] () async throws(SluiceError) in try await service.check() }
    }

    /// Whether there is an object of the location's own key.
    func isThere() async throws(SluiceError) -> Bool {
        do throws(SluiceError) {
            _ = try await S3Store(try service()).info(location.key)
            return true
        } catch {
            guard error.code == .fileNotFound else { throw error }
            return false
        }
    }

    /// Locations of objects that carry the name of an output file, of whichever run.
    func earlierParts() throws(SluiceError) -> [String] {
        let store = S3Store(try service(), below: location.key)
        return try ServiceThreads.wait { () async throws(SluiceError) in
            var found: [String] = []
            try await store.eachPage(below: "") { page throws(SluiceError) in
                for object in page {
                    let names = object.name.split(separator: "/")
                    guard let last = names.last, PartName.isPart(String(last)), names.dropLast().allSatisfy({ $0.contains("=") }),
                        names.count <= ConnectorLimits.partitionColumns + 1
                    else { continue }
                    found.append(store.shown(object.name))
                }
            }
            return found
        }
    }
}
