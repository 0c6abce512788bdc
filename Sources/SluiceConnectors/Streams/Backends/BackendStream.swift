import SluiceCore
import SluiceStreams

/// A stream of a backend that is not the embedded log.
struct BackendStream: Sendable, CustomStringConvertible {
    let backend: any StreamBackend
    let name: String
    /// What the backend is called in a definition: `kinesis`.
    let kind: String

    /// As messages show it: `kinesis stream "orders"`.
    var description: String { "\(kind) stream \(name.quotedForMessage)" }
}
