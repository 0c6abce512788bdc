package import SluiceCore
import SluicePipelines
import Synchronization

/// Keeps the rows that reach its sink in memory: the end of plans whose result is looked at.
package final class CollectedRows: Sendable {
    private let batches: Batches
    /// Where the rows come in.
    package let sink: ResultSink

    /// What definitions made by commands call the sink.
    package static let connectorName = "memory"

    package init() {
        let batches = Batches()
        self.batches = batches
        sink = ResultSink { batch in batches.list.withLock { $0.append(batch) } }
    }

    /// In order.
    package var rows: [Batch] { batches.list.withLock { $0 } }

    private final class Batches: Sendable {
        let list = Mutex<[Batch]>([])
    }
}

/// Sinks that are there already, for definitions made by commands.
struct CollectedOutput: Connector {
    /// By what the sink's option of the connector's name says; empty where it says nothing.
    let collections: [String: CollectedRows]

    var manual: ConnectorManual {
        ConnectorManual(name: CollectedRows.connectorName, summary: "Rows in memory.", sourceOptions: [], sinkOptions: [])
    }
    func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        throw SluiceError(.invalidOption, "collected rows are no input")
    }
    func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        let name = try options.string(CollectedRows.connectorName) ?? ""
        guard let rows = collections[name] else {
            throw SluiceError(.notFound, "nothing collects the rows of \(name.quotedForMessage)", at: options.node.location)
        }
        return rows.sink
    }
}
