import Crypto
package import SluiceCatalog
import SluiceCore
package import SluiceLog
package import SluicePipelines
import SluiceStreams

/// Puts the records that committed runs staged into their streams and other targets, each once.
///
/// A chunk of a publication for a stream is a batch of a producer that only the pipeline and the stream make up, and is durable before the next
/// one begins: so the stream itself knows how far a publication got, whoever was cut off in it. A target outside takes a publication as a whole,
/// and keeps a mark of the last one with its records.
package struct Publisher: Sendable {
    private let catalog: Catalog
    private let streams: StreamStore
    private let connectors: ConnectorRegistry
    /// Of the run that publishes; it is told what opening a stream put right.
    private let progress: RunProgress?

    /// - Parameter connectors: Those that reach targets outside of the state directory.
    package init(
        catalog: Catalog, streams: StreamStore, connectors: ConnectorRegistry = ConnectorRegistry([]), progress: RunProgress? = nil
    ) {
        self.catalog = catalog
        self.streams = streams
        self.connectors = connectors
        self.progress = progress
    }

    /// Publishes what a pipeline owes, in the order of its commits. The caller has the pipeline's lock.
    ///
    /// - Parameters:
    ///   - id: Publications up to it are done already.
    ///   - done: Takes the id of each one whose records are durable in their target; it is to be struck off.
    /// - Throws: what keeps the next publication from its target, with a remedy that says that its run is committed; `CancellationError`.
    package func publish(_ pipeline: String, after id: Int64, done: (Int64) -> Void) async throws {
        var last = id
        var opened: RecordStream?
        defer { opened?.close() }
        while let pending = try catalog.nextPublication(of: pipeline, after: last) {
            do {
                switch pending.publication.target {
                case .stream(let name, let shards):
                    if opened?.name != name {
                        opened?.close()
                        opened = nil
                        opened = try open(name, shards: shards)
                    }
                    if let opened { try await put(pending, into: opened) }
                case .connector(let target): try await put(pending, into: target)
                }
            } catch let error as SluiceError {
                if try forgetIfLost(pending, error) { throw Self.lost(pending, error) }
                throw Self.explained(error, pending)
            }
            last = pending.id
            done(last)
        }
    }

    /// Publishes what a pipeline owes and strikes it off; waits `patience` long for a target that cannot be written for the moment.
    package func finish(_ pipeline: String, patience: Duration = PublishLimits.patience) async throws {
        var done: [Int64] = []
        var delay = RetryDelay()
        let clock = ContinuousClock()
        let end = clock.now + patience
        while true {
            do {
                defer { if !done.isEmpty { try? catalog.strikeOff(done) } }
                return try await publish(pipeline, after: done.last ?? 0) { done.append($0) }
            } catch let error as SluiceError where error.isRetriable && clock.now < end {
                try await clock.sleep(for: delay.next())
            }
        }
    }

    private func open(_ stream: String, shards: Int) throws(SluiceError) -> RecordStream {
        if !streams.exists(stream) {
            do throws(SluiceError) {
                try streams.create(stream, shards: shards)
            } catch {
                guard error.code == .alreadyExists else { throw error }
            }
        }
        let opened = try streams.open(stream, for: .writing)
        progress?.note(opened.recovery.notices(of: stream))
        return opened
    }

    private func put(_ pending: PendingPublication, into target: Publication.ConnectorTarget) async throws {
        guard let connector = connectors[target.connector] as? any PublishingConnector else {
            throw SluiceError(
                .unknownConnector, "this program has no connector \(target.connector.quotedForMessage) that takes records of runs")
        }
        try await connector.target(target.settings, in: catalog).put(pending, PublicationSupport(catalog))
    }

    private func put(_ pending: PendingPublication, into stream: RecordStream) async throws {
        let producer = Self.producer(pending.pipeline, stream.name)
        var reader = try OutboxReader(pending.publication)
        if let batch = stream.lastBatch(ofProducer: producer) {
            let last = Int64(batch >> UInt64(OutboxLimits.chunkBits))
            if last > pending.id {
                // A later one has begun, so this one was done, and only not struck off.
                guard try last <= catalog.lastPublicationID() else { throw Self.newer(pending, stream.name) }
                return
            }
            // The last chunk that was begun may be there in part.
            if last == pending.id { try reader.skip(to: Int(truncatingIfNeeded: batch) & (OutboxLimits.chunks - 1)) }
        }
        while true {
            try Task.checkCancellation()
            let number = reader.number
            guard let chunk = try reader.next() else { return }
            let batch = UInt64(pending.id) << UInt64(OutboxLimits.chunkBits) | UInt64(number)
            try await stream.put(chunk, as: PutBatch.Producer(id: producer, batch: batch))
            try catalog.reached(.published(chunk: number))
        }
    }

    /// The first 64 bits of the SHA-256 of both names; never 0.
    static func producer(_ pipeline: String, _ stream: String) -> UInt64 {
        let digest = SHA256.hash(data: Array("\(pipeline)\u{0}\(stream)".utf8))
        return max(1, digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}

// MARK: Failures

extension Publisher {
    private static func newer(_ pending: PendingPublication, _ stream: String) -> SluiceError {
        SluiceError(
            .stateMismatch,
            "stream \"\(stream)\" has records of pipeline \(pending.pipeline.quotedForMessage) that are newer than what its run "
                + "\(pending.run) is about to put there",
            remedy: "restore the streams of the same backup as the catalog, or delete the stream")
    }

    /// Staged records that somebody removed will not come back: the publication is struck off.
    private func forgetIfLost(_ pending: PendingPublication, _ error: SluiceError) throws(SluiceError) -> Bool {
        guard let path = pending.publication.path, DiskFiles.kind(of: path) == nil, error.code == .fileNotFound else { return false }
        try catalog.strikeOff([pending.id])
        return true
    }

    private static func lost(_ pending: PendingPublication, _ error: SluiceError) -> SluiceError {
        SluiceError(
            .fileNotFound,
            "\(pending.publication.rowCount) records of run \(pending.run) vanished before they were in \(pending.publication.target)",
            at: error.location, remedy: "run the pipeline again for what comes behind them; with --reset it reads all input again")
    }

    private static func explained(_ error: SluiceError, _ pending: PendingPublication) -> SluiceError {
        var explained = error
        let publication = pending.publication
        explained.remedy =
            "run \(pending.run) is committed; its \(publication.rowCount) records for \(publication.target) are put there by the pipeline's "
            + "next run" + (error.remedy.map { ", once you \($0)" } ?? "")
        return explained
    }
}
