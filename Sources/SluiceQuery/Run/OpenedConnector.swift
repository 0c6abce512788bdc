import SluiceCore
import SluicePipelines

/// A source or sink that is there already, under the name of the connector that it came from.
struct OpenedConnector: Connector {
    let name: String
    var openedSource: (any Source)?
    var openedSink: (any Sink)?

    var manual: ConnectorManual { ConnectorManual(name: name, summary: "Opened before.", sourceOptions: [], sinkOptions: []) }

    func source(_ options: OptionValues, in context: ConnectorContext) async throws -> any Source {
        if let openedSource { return openedSource }
        throw SluiceError(.invalidOption, "\(name.quotedForMessage) is no source of a query")
    }

    func sink(_ options: OptionValues, in context: ConnectorContext) async throws -> any Sink {
        if let openedSink { return openedSink }
        throw SluiceError(.invalidOption, "\(name.quotedForMessage) is no end of a query")
    }
}
