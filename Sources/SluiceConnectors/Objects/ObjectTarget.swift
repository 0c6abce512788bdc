import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceS3

/// Puts what committed runs have uploaded in place.
struct ObjectTarget: PublicationTarget {
    /// The connector that reaches it.
    static let connector = "files"

    let catalog: Catalog

    func put(_ pending: PendingPublication, _ support: PublicationSupport) async throws {
        guard let path = pending.publication.path else {
            throw SluiceError(.stateCorrupt, "what run \(pending.run) has uploaded is not told by a journal")
        }
        do throws(SluiceError) {
            try await UploadLedger(path).carryOut { index throws(SluiceError) in try support.reached(.published(chunk: index)) }
        } catch {
            switch error.code {
            case .fileNotFound:
                // Another unit of the same backfill may have put it in place meanwhile.
                let next = try catalog.nextPublication(of: pending.pipeline, after: pending.id - 1)
                if next?.id == pending.id { throw error }
            case .uploadGone:
                // It will not come back, and whoever publishes knows by the journal whether it might.
                try DiskFiles.removeTree(path)
                throw SluiceError(
                    .fileNotFound, error.message, at: error.location,
                    remedy: "let the bucket's rule for uploads that are not completed wait longer", underlying: error)
            default: throw error
            }
        }
    }
}
