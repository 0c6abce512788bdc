import SluiceCore
import SluiceServer

/// What the service refuses, in its words.
enum Faults {
    static func invalid(_ message: String) -> ServiceFault { ServiceFault(400, "InvalidArgumentException", message) }

    static func noStream(_ name: String, _ scope: ScopeID) -> ServiceFault {
        ServiceFault(400, "ResourceNotFoundException", "Firehose \(name) under account \(scope.account) not found.")
    }

    static func exists(_ name: String, _ scope: ScopeID) -> ServiceFault {
        ServiceFault(400, "ResourceInUseException", "Firehose \(name) under accountId \(scope.account) already exists")
    }

    static func limit(_ message: String) -> ServiceFault { ServiceFault(400, "LimitExceededException", message) }

    static let slowDown = ServiceFault(503, "ServiceUnavailableException", "Slow down.")

    /// What the service has and the port does not.
    static func unsupported(_ what: String, _ reason: String) -> ServiceFault { invalid("\(what) is not supported: \(reason)") }
}
