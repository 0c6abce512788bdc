import SluiceServer

/// What requests say of a consumer, and what answers do.
struct ConsumerReference: Sendable {
    var stream: String?
    var name: String?
    var arn: String?
}

extension InputReader {
    mutating func consumer() throws(ServiceFault) -> ConsumerReference {
        ConsumerReference(
            stream: try text("StreamARN", Rules.streamARN), name: try text("ConsumerName", Rules.name),
            arn: try text("ConsumerARN", Rules.consumerARN))
    }
}

enum Consumers {
    static func value(_ consumer: ScopeRecord.Consumer, _ scope: ScopeID, withStream: Bool = false) -> WireValue {
        .structure([
            "ConsumerName": .text(consumer.name), "ConsumerARN": .text(consumer.arn(scope)), "ConsumerStatus": .text("ACTIVE"),
            "ConsumerCreationTimestamp": .time(micros: consumer.createdMicros),
            "StreamARN": withStream ? .text(ResourceName(scope, stream: consumer.stream).arn) : nil,
        ])
    }

    /// - Throws: `ResourceNotFoundException`.
    static func find(_ reference: ConsumerReference, _ call: KinesisCall) throws -> (scope: KinesisScope, consumer: ScopeRecord.Consumer) {
        let scope = try call.scope()
        if let arn = reference.arn {
            return (scope, try find(arn, call, scope))
        }
        guard let stream = reference.stream, let name = reference.name else {
            throw Faults.invalid("Either ConsumerARN or both StreamARN and ConsumerName must be specified.")
        }
        let target = try call.target(StreamReference(arn: stream))
        guard let found = scope.file.value.consumers.first(where: { $0.stream == target.name && $0.name == name }) else {
            throw missing("\(name) of \(stream)", scope)
        }
        return (scope, found)
    }

    static func find(_ arn: String, _ call: KinesisCall, _ scope: KinesisScope) throws(ServiceFault) -> ScopeRecord.Consumer {
        let resource = try call.resource(arn, in: scope)
        guard let found = scope.file.value.consumers.first(where: { $0.resource(scope.id) == resource }) else {
            throw missing(arn, scope)
        }
        return found
    }

    private static func missing(_ consumer: String, _ scope: KinesisScope) -> ServiceFault {
        ServiceFault(
            400, "ResourceNotFoundException", "Consumer \(consumer) under account \(scope.id.account) not found.")
    }
}
