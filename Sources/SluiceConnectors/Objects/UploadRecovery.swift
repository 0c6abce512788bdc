import SluiceCatalog
import SluiceCore

/// Gives up what runs uploaded whose processes ended before they committed.
struct UploadRecovery: Sendable {
    private let home: String
    private let catalog: Catalog

    init(home: String, _ catalog: Catalog) {
        self.home = FileListing.absolute(home)
        self.catalog = catalog
    }

    /// Where journals are.
    static func directory(_ home: String) -> String { home + "/uploads" }

    /// Looks at each journal. What cannot be given up now is left for the next time.
    func run() async {
        // Those of runs that are at work are none of others.
        guard let names = try? DiskFiles.list(Self.directory(home)), !names.isEmpty, let running = try? catalog.runs(state: .running) else {
            return
        }
        for name in names where !running.contains(where: { name.hasPrefix($0.id.text) }) {
            do throws(SluiceError) {
                try await giveUp(Self.directory(home) + "/" + name)
            } catch {
                continue
            }
        }
    }

    private func giveUp(_ directory: String) async throws(SluiceError) {
        let path = directory + "/" + UploadJournal.fileName
        guard DiskFiles.kind(of: path) != nil else {
            // The journal is made before anything is uploaded.
            return try DiskFiles.removeTree(directory)
        }
        let ledger = try UploadLedger(path)
        if try isOwed(path, by: ledger.pipeline) { return }
        try await ledger.abandon()
        try DiskFiles.removeTree(directory)
    }

    /// Whether a committed run waits for the uploads to be completed.
    private func isOwed(_ path: String, by pipeline: String) throws(SluiceError) -> Bool {
        var last: Int64 = 0
        while let pending = try catalog.nextPublication(of: pipeline, after: last) {
            if pending.publication.path == path { return true }
            last = pending.id
        }
        return false
    }
}
