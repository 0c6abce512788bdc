import SluiceCore
import SluiceServer

enum RegisterStreamConsumer {
    static let operation = KinesisOperation("RegisterStreamConsumer") { call in
        var input = try call.input()
        let arn = try input.requiredText("StreamARN", Rules.streamARN)
        let name = try input.requiredText("ConsumerName", Rules.name)
        let tags = try input.map("Tags", count: 1...200, key: Rules.tagKey, value: Rules.tagValue)
        try input.finish()
        let target = try call.target(StreamReference(arn: arn))
        _ = try target.summary()
        let scope = target.scope
        let made = ScopeRecord.Consumer(
            stream: target.name, name: name, createdMicros: scope.clock.nowMicros(), tags: try Tagging.checked(tags ?? [:]))
        try scope.file.change { record throws(ServiceFault) in
            let others = record.consumers.filter { $0.stream == target.name }
            if others.contains(where: { $0.name == name }) {
                throw ServiceFault(
                    400, "ResourceInUseException", "Consumer \(name) under stream \(arn) already exists for account \(scope.id.account).")
            }
            guard others.count < ServiceLimits.consumers else {
                throw ServiceFault(
                    400, "LimitExceededException", "Stream \(arn) has \(ServiceLimits.consumers) consumers, and no more are allowed.")
            }
            record.consumers.append(made)
        }
        return .value(.structure(["Consumer": Consumers.value(made, scope.id)]))
    }
}
