package import SluicePipelines
package import SluiceStorage

/// What a crawler may use beside the disk and the catalog; the edge fills it in.
package struct CrawlSurroundings: Sendable {
    /// Those that can say which tables their systems have are asked for them.
    package var connectors: ConnectorRegistry
    /// What they may use; nil: there are no systems.
    package var context: ConnectorContext?
    /// The store of a URL such as `s3://bucket`; nil: nobody knows such stores.
    package var store: @Sendable (String) throws -> (any ObjectStore)?

    package init(
        connectors: ConnectorRegistry = ConnectorRegistry([]), context: ConnectorContext? = nil,
        store: @escaping @Sendable (String) throws -> (any ObjectStore)? = { _ in nil }
    ) {
        self.connectors = connectors
        self.context = context
        self.store = store
    }
}
