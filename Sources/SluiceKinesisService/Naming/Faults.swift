import SluiceCore
import SluiceServer
import SluiceStreams

/// What the streams refuse, in the words of the service.
enum Faults {
    static func noStream(_ name: String, _ scope: KinesisScope) -> ServiceFault {
        ServiceFault(400, "ResourceNotFoundException", "Stream \(name) under account \(scope.id.account) not found.")
    }

    static func noShard(_ shard: String, _ stream: String, _ scope: KinesisScope) -> ServiceFault {
        ServiceFault(
            400, "ResourceNotFoundException",
            "Could not find shard \(shard) in stream \(stream) under account \(scope.id.account).")
    }

    static func invalid(_ message: String) -> ServiceFault { ServiceFault(400, "InvalidArgumentException", message) }

    /// Nil where the error is a fault of the server.
    private static func told(_ error: SluiceError) -> ServiceFault? {
        switch error.code {
        case .invalidArgument, .invalidOption, .recordTooLarge: ServiceFault(400, "InvalidArgumentException", error.message)
        case .resourceInUse, .alreadyExists, .alreadyRunning: ServiceFault(400, "ResourceInUseException", error.message)
        case .limitExceeded: ServiceFault(400, "LimitExceededException", error.message)
        case .throughputExceeded: ServiceFault(400, "ProvisionedThroughputExceededException", error.message)
        case .notFound: ServiceFault(400, "ResourceNotFoundException", error.message)
        default: nil
        }
    }

    static func fault(_ error: SluiceError, stream: String?, _ scope: KinesisScope) -> any Error {
        if let stream, error.code == .notFound { return noStream(stream, scope) }
        return told(error) ?? error
    }

    /// - Parameter shard: `notFound` is said of it.
    static func fault(_ error: SluiceError, shard: String, stream: String, _ scope: KinesisScope) -> any Error {
        if error.code == .notFound { return noShard(shard, stream, scope) }
        return told(error) ?? error
    }

    static func iterator(_ error: SluiceError) -> any Error {
        switch error.code {
        case .invalidIterator: invalid("Invalid ShardIterator.")
        case .expiredIterator:
            ServiceFault(
                400, "ExpiredIteratorException",
                "Iterator expired. \(error.message); the tolerated delay is \(StreamLimits.iteratorSeconds * 1_000) milliseconds.")
        case .notFound: ServiceFault(400, "ResourceNotFoundException", "The stream of the iterator was not found.")
        default: told(error) ?? error
        }
    }
}
