package import SluiceCatalog
package import SluiceCore
package import SluiceLog
package import SluicePipelines

/// Publishes what runs owe whose processes are gone, before another run reads anything.
package enum PublicationRecovery {
    /// What became of what one pipeline owed.
    package struct Outcome: Sendable {
        package var records: UnpublishedRecords
        /// Nil where the records are in their target.
        package var failure: SluiceError?
    }

    /// Each pipeline is tried once; one that is running sees to it itself.
    ///
    /// - Parameter connectors: Those that reach targets outside of the state directory.
    package static func run(
        _ catalog: Catalog, _ streams: StreamStore, _ connectors: ConnectorRegistry = ConnectorRegistry([])
    ) async throws -> [Outcome] {
        var outcomes: [Outcome] = []
        var failures: [String: SluiceError?] = [:]
        let publisher = Publisher(catalog: catalog, streams: streams, connectors: connectors)
        for records in try catalog.unpublished() {
            if let known = failures[records.pipeline] {
                outcomes.append(Outcome(records: records, failure: known))
                continue
            }
            guard let lock = try? catalog.lock(pipeline: records.pipeline) else { continue }
            defer { lock.release() }
            do throws(SluiceError) {
                try await finish(publisher, records.pipeline)
                failures[records.pipeline] = .some(nil)
            } catch {
                failures[records.pipeline] = error
            }
            outcomes.append(Outcome(records: records, failure: failures[records.pipeline] ?? nil))
        }
        for case let connector as any PublishingConnector in connectors.connectors { await connector.giveUpAbandoned(catalog) }
        return outcomes
    }

    private static func finish(_ publisher: Publisher, _ pipeline: String) async throws(SluiceError) {
        do {
            try await publisher.finish(pipeline, patience: .zero)
        } catch {
            throw SluiceError.endingRun(error)
        }
    }
}
