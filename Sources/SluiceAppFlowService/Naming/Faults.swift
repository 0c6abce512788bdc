import SluiceCatalog
import SluiceCore
import SluicePipelines
import SluiceServer

/// What the service refuses, in its words. Source of names and statuses: the API model of 2020-08-23.
enum Faults {
    static func invalid(_ message: String) -> ServiceFault { ServiceFault(400, "ValidationException", message) }
    static func conflict(_ message: String) -> ServiceFault { ServiceFault(409, "ConflictException", message) }
    static func quota(_ message: String) -> ServiceFault { ServiceFault(402, "ServiceQuotaExceededException", message) }
    static func missing(_ message: String) -> ServiceFault { ServiceFault(404, "ResourceNotFoundException", message) }
    static func authentication(_ message: String) -> ServiceFault { ServiceFault(401, "ConnectorAuthenticationException", message) }
    static func connector(_ message: String) -> ServiceFault { ServiceFault(400, "ConnectorServerException", message) }
    static func unsupported(_ message: String) -> ServiceFault { ServiceFault(400, "UnsupportedOperationException", message) }

    static func noFlow(_ name: String) -> ServiceFault { missing("Flow \(name) does not exist.") }
    static func noProfile(_ name: String) -> ServiceFault { missing("Connector profile \(name) does not exist.") }
    static func noConnector(_ label: String) -> ServiceFault { missing("Connector with label \(label) is not registered.") }

    /// The error as a client is told it; the error itself where it is a fault of the server.
    static func fault(_ error: any Error) -> any Error {
        if error is ServiceFault { return error }
        if let mistakes = DefinitionErrors.list(error), !mistakes.isEmpty, mistakes.allSatisfy({ $0.code.category == .definition }) {
            return invalid(mistakes.map(told).joined(separator: "; "))
        }
        guard let error = error as? SluiceError else { return error }
        switch error.code {
        case .notFound, .fileNotFound: return missing(told(error))
        case .alreadyExists, .alreadyRunning, .concurrentChange: return conflict(told(error))
        case .invalidArgument: return invalid(told(error))
        default: return error.code.category == .definition ? invalid(told(error)) as any Error : error
        }
    }

    /// What is wrong and what to do, in one line.
    static func told(_ error: SluiceError) -> String { error.message + (error.remedy.map { "; \($0)" } ?? "") }
}
