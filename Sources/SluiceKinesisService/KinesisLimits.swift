/// Bounds of the service beside those that all streams have (`StreamLimits`).
enum ServiceLimits {
    /// Bytes of a request: 10 MiB of records in base 64 with their keys.
    static let bodyBytes = 18 << 20
}
