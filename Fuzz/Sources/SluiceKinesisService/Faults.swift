import SluiceServer

/// Stands in for the faults of the service, most of which are about streams that are there.
enum Faults {
    static func invalid(_ message: String) -> ServiceFault { ServiceFault(400, "InvalidArgumentException", message) }
}
