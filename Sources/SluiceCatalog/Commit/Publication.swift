/// Records that a committed run has staged and that are put somewhere after the commit: into a stream, or into what a connector reaches.
package struct Publication: Hashable, Sendable {
    /// Where the records go.
    package enum Target: Hashable, Sendable {
        /// A stream of the state directory; it gets so many shards if it does not exist.
        case stream(String, shards: Int)
        case connector(ConnectorTarget)
    }

    /// Something outside of the state directory, as the connector that reaches it finds it again.
    package struct ConnectorTarget: Hashable, Sendable {
        /// The connector's name.
        package var connector: String
        /// As messages name it: `table orders of shop.db`.
        package var name: String
        /// In the connector's own form. It is kept in the catalog, so it holds no secrets.
        package var settings: String

        package init(connector: String, name: String, settings: String) {
            self.connector = connector
            self.name = name
            self.settings = settings
        }
    }

    /// Where the staged records are.
    package enum Content: Hashable, Sendable {
        /// A durable file, in a directory of its run.
        case file(String)
        /// In the catalog itself; for what is small.
        case bytes([UInt8])
    }

    package var target: Target
    package var content: Content
    package var byteCount: Int64
    package var rowCount: Int64

    package init(_ target: Target, content: Content, byteCount: Int64, rowCount: Int64) {
        self.target = target
        self.content = content
        self.byteCount = byteCount
        self.rowCount = rowCount
    }

    package var path: String? { if case .file(let path) = content { path } else { nil } }
}

extension Publication.Target: CustomStringConvertible {
    /// `stream "clicks"`, `table orders of shop.db`.
    package var description: String {
        switch self {
        case .stream(let name, _): "stream \"\(name)\""
        case .connector(let target): target.name
        }
    }
}

/// A publication that the catalog knows of: it is owed until it is struck off.
package struct PendingPublication: Hashable, Sendable {
    /// Ascends over all commits of the state, and with time: milliseconds since 1970 or one more than the last.
    package var id: Int64
    package var run: RunID
    package var pipeline: String
    package var publication: Publication
}

/// What a pipeline still owes to a target, whose process is gone.
package struct UnpublishedRecords: Hashable, Sendable {
    package var pipeline: String
    /// As messages name it.
    package var target: String
    package var rowCount: Int64
}
