/// Bounds of connectors to services.
package enum SaaSLimits {
    /// Pages of one window: more is taken for a service that never ends.
    static let pages = 10_000_000
    /// Records that a bookmark holds because their cursors lie within the lag.
    static let seenRecords = 100_000
    /// Records of another entity whose own are read, such as channels.
    package static let parents = 10_000
    /// Bytes of pages after which a slice is committed, so that a run that fails goes on behind it.
    package static let sliceBytes: Int64 = 32 << 20
    /// Times in a row that a page's cursor may end.
    static let restarts = 3
}
