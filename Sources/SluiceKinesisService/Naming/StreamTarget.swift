import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams

/// The stream that a request names, in the caller's scope.
struct StreamTarget: Sendable {
    let scope: KinesisScope
    let name: String

    var arn: String { ResourceName(scope.id, stream: name).arn }

    /// - Throws: `ResourceNotFoundException`.
    func summary() throws -> StreamSummary { try scope.summary(name) }

    /// What the stream refuses, in the words of the service.
    func refusal(_ error: SluiceError) -> any Error { Faults.fault(error, stream: name, scope) }

    /// - Throws: `ResourceNotFoundException`, and what the service says of the change.
    func update(_ change: StreamChange) throws {
        do throws(SluiceError) {
            try scope.writing.updateStream(name, change)
        } catch {
            throw refusal(error)
        }
    }

    /// - Throws: `ResourceInUseException` while the shards are being changed.
    func requireActive() throws -> StreamSummary {
        let summary = try summary()
        guard summary.status == .active else {
            throw ServiceFault(
                400, "ResourceInUseException",
                "Stream \(name) under account \(scope.id.account) not ACTIVE, instead in state \(summary.status.rawValue)")
        }
        return summary
    }
}

extension TargetCall where Context == KinesisHome {
    func scope() throws -> KinesisScope { try context.scope(caller) }

    /// - Throws: `InvalidArgumentException` where none is named or two are; `AccessDeniedException` for a stream of another account.
    func target(_ reference: StreamReference) throws -> StreamTarget {
        let scope = try scope()
        guard let arn = reference.arn else {
            guard let name = reference.name else { throw Faults.invalid("Either StreamName or StreamARN must be specified.") }
            return StreamTarget(scope: scope, name: name)
        }
        let resource = try resource(arn, in: scope)
        if let name = reference.name, name != resource.stream {
            throw Faults.invalid("StreamName \(name) and StreamARN \(arn) are of different streams.")
        }
        guard resource.consumer == nil else { throw Faults.invalid("\(arn) is the ARN of a consumer, not of a stream.") }
        return StreamTarget(scope: scope, name: resource.stream)
    }

    /// What an ARN names, in the caller's account and region.
    func resource(_ arn: String, in scope: KinesisScope) throws(ServiceFault) -> ResourceName {
        guard let resource = ResourceName(arn) else { throw Faults.invalid("\(arn) is not the ARN of a stream or a consumer.") }
        guard resource.region == scope.id.region else {
            throw Faults.invalid("\(arn) is of another region than the request, which is for \(scope.id.region).")
        }
        guard resource.account == scope.id.account else {
            throw ServiceFault(
                400, "AccessDeniedException", "Account \(scope.id.account) is not authorized to use \(arn).")
        }
        return resource
    }
}
