package import SluiceCatalog
package import SluiceCore
package import SluiceLog

/// A connector whose sink cannot take part in the transaction of a run's commit: its rows are staged, and put into the target after the commit, by
/// this process or whichever comes next.
package protocol PublishingConnector: Connector {
    /// - Parameter settings: What the sink put into the publication.
    func target(_ settings: String, in catalog: Catalog) throws(SluiceError) -> any PublicationTarget

    /// Removes what runs staged outside of the state directory whose processes are gone and that did not commit; what cannot be removed now is left
    /// for the next time.
    func giveUpAbandoned(_ catalog: Catalog) async
}

extension PublishingConnector {
    package func giveUpAbandoned(_ catalog: Catalog) async {}
}

/// Something outside of the state directory that takes publications, each as a whole and once.
package protocol PublicationTarget: Sendable {
    /// Puts all records of a publication there, durably, together with a mark that names it; does nothing where the mark is there already.
    ///
    /// - Throws: `isRetriable` where the target cannot be written for the moment. Nothing of the publication is there then.
    func put(_ pending: PendingPublication, _ support: PublicationSupport) async throws
}

/// What a target needs of the state directory.
package struct PublicationSupport: Sendable {
    private let catalog: Catalog

    package init(_ catalog: Catalog) { self.catalog = catalog }

    /// Whether the target has a publication already.
    ///
    /// - Parameter mark: The last publication of the same state and pipeline that the target has; nil if none.
    /// - Throws: `stateMismatch` where that is one that this state has not made yet: it was restored from a backup.
    package func isDone(_ pending: PendingPublication, mark: Int64?) throws(SluiceError) -> Bool {
        guard let mark, mark >= pending.id else { return false }
        guard try mark <= catalog.lastPublicationID() else {
            throw SluiceError(
                .stateMismatch,
                "\(pending.publication.target) has records of pipeline \(pending.pipeline.quotedForMessage) that are newer than what its run "
                    + "\(pending.run) is about to put there",
                remedy: "restore the target of the same backup as the state directory, or begin with another state directory (--home)")
        }
        return true
    }

    /// Tells the state from others that write to the same target.
    package func state() throws(SluiceError) -> String { try catalog.identity() }

    /// Tells that a part is done, for tests that stop there.
    package func reached(_ step: CommitStep) throws(SluiceError) { try catalog.reached(step) }
}

extension OutboxReader {
    /// Reads what a publication has staged.
    ///
    /// - Throws: `fileNotFound`, `stateCorrupt`.
    package init(_ publication: Publication) throws(SluiceError) {
        switch publication.content {
        case .bytes(let bytes): self.init(content: bytes)
        case .file(let path): try self.init(path: path, byteCount: Int(publication.byteCount))
        }
    }
}
