import SluiceServer
import SluiceStreams

/// A stream or a consumer that a request names by its ARN.
enum Resource: Sendable {
    case stream(StreamTarget)
    case consumer(KinesisScope, ScopeRecord.Consumer)

    /// - Throws: `ResourceNotFoundException`.
    static func find(_ arn: String, _ call: KinesisCall) throws -> Resource {
        let scope = try call.scope()
        let name = try call.resource(arn, in: scope)
        if name.consumer != nil { return .consumer(scope, try Consumers.find(arn, call, scope)) }
        let target = StreamTarget(scope: scope, name: name.stream)
        _ = try target.summary()
        return .stream(target)
    }

    var policy: String? {
        get throws {
            switch self {
            case .stream(let target): try target.scope.record(target.summary()).policy
            case .consumer(_, let consumer): consumer.policy
            }
        }
    }

    func setPolicy(_ policy: String?) throws {
        switch self {
        case .stream(let target): try target.scope.remember(target.summary()) { $0.policy = policy }
        case .consumer(let scope, let consumer): try Self.change(consumer, scope) { $0.policy = policy }
        }
    }

    func addTags(_ tags: [String: String]) throws {
        switch self {
        case .stream(let target): try Tagging.add(tags, to: target)
        case .consumer(let scope, let consumer):
            let all = try Tagging.checked(consumer.tags.merging(tags) { $1 })
            try Self.change(consumer, scope) { $0.tags = all }
        }
    }

    func removeTags(_ keys: [String]) throws {
        switch self {
        case .stream(let target): try Tagging.remove(keys, from: target)
        case .consumer(let scope, let consumer):
            try Self.change(consumer, scope) { changed in for key in keys { changed.tags[key] = nil } }
        }
    }

    var tags: [(key: String, value: String)] {
        get throws {
            let tags =
                switch self {
                case .stream(let target): try target.summary().configuration.tags
                case .consumer(_, let consumer): consumer.tags
                }
            return tags.sorted { $0.key < $1.key }
        }
    }

    private static func change(
        _ consumer: ScopeRecord.Consumer, _ scope: KinesisScope, _ body: (inout ScopeRecord.Consumer) -> Void
    ) throws {
        try scope.file.change { record in
            for index in record.consumers.indices where record.consumers[index].resource(scope.id) == consumer.resource(scope.id) {
                body(&record.consumers[index])
            }
        }
    }
}
