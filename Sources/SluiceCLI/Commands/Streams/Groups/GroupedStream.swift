import SluiceCore
import SluiceLog
import SluiceStreams

/// A stream that consumer groups read: one of this machine, or of a service.
struct GroupedStream: Sendable {
    let backend: any StreamBackend
    let name: String
    /// What its groups know it by.
    let id: String
    private let embedded: EmbeddedStreams?

    /// - Parameter service: Nil for this machine's.
    /// - Throws: `notFound` for a stream of this machine that is not there.
    init(_ name: String, _ service: ServiceStreams?, _ session: Session) throws {
        self.name = name
        if let service {
            (backend, embedded, id) = (service.streams, nil, service.groupedName(name))
        } else {
            let streams = try session.backend(reading: name)
            (backend, embedded, id) = (streams, streams, name)
        }
    }

    func close() { embedded?.close() }
}

extension ServiceStreams {
    /// A stream's name among those of all services: with the address, since others may have a stream of the name.
    func groupedName(_ name: String) -> String {
        "\(kind):\(address.split(separator: ",").sorted().joined(separator: ","))/\(name)"
    }
}
