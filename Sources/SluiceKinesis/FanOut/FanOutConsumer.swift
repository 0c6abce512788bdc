/// A consumer of a stream with a throughput of its own (Kinesis: enhanced fan-out).
package struct FanOutConsumer: Hashable, Sendable {
    package var name: String
    package var stream: String
    var resource: String
    /// Whether it was registered by this backend, and not found.
    var isOurs: Bool
}
