import SluiceCatalog
import SluiceCore
import SluiceRegistry
import SluiceServer

/// What the catalog refuses, as the service calls it.
enum Faults {
    static func missing(_ message: String) -> ServiceFault { ServiceFault(400, "EntityNotFoundException", message) }
    static func exists(_ message: String) -> ServiceFault { ServiceFault(400, "AlreadyExistsException", message) }
    static func invalid(_ message: String) -> ServiceFault { ServiceFault(400, "InvalidInputException", message) }
    static func concurrent(_ message: String) -> ServiceFault { ServiceFault(400, "ConcurrentModificationException", message) }

    /// The error as a client is told it; the error itself where it is a fault of the server.
    static func fault(_ error: SluiceError) -> any Error {
        switch error.code {
        case .notFound, .fileNotFound: return missing(told(error))
        case .alreadyExists: return exists(told(error))
        case .concurrentChange: return concurrent(told(error))
        case .limitExceeded: return ServiceFault(400, "ResourceNumberLimitExceededException", told(error))
        case .invalidArgument, .incompatibleSchema: return invalid(told(error))
        default: return error.code.category == .definition ? invalid(told(error)) as any Error : error
        }
    }

    /// What is wrong and what to do, in one line.
    static func told(_ error: SluiceError) -> String { error.message + (error.remedy.map { "; \($0)" } ?? "") }

    /// An entry of the errors that a batch answers with.
    static func detail(_ fault: ServiceFault) -> WireValue {
        .structure(["ErrorCode": .text(fault.code), "ErrorMessage": .text(fault.message)])
    }
}
