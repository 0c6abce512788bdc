import SluiceServer

/// What the service remembers of one account and region beside the streams themselves: `kinesis.json`.
struct ScopeRecord: Hashable, Sendable {
    struct Stream: Hashable, Sendable {
        /// Of the stream that this is said of; one that was deleted and made again by another program has another.
        var createdMicros: Int64
        var keyID: String?
        var metrics: [String] = []
        var warmMiBps: Int?
        var policy: String?
    }

    struct Consumer: Hashable, Sendable {
        var stream: String
        var name: String
        var createdMicros: Int64
        var policy: String?
        var tags: [String: String] = [:]

        func arn(_ scope: ScopeID) -> String { resource(scope).arn }
        func resource(_ scope: ScopeID) -> ResourceName {
            ResourceName(scope, stream: stream, consumer: .init(name: name, seconds: createdMicros / 1_000_000))
        }
    }

    static let version: Int64 = 1

    /// Hexadecimal digits of the key under which tokens of listings are signed.
    var tokenKey: String
    var streams: [String: Stream] = [:]
    var consumers: [Consumer] = []
    /// When the account's commitment was made; nil for none.
    var committedMicros: Int64?

    var value: WireValue {
        .structure([
            "version": .integer(Self.version),
            "token_key": .text(tokenKey),
            "committed_micros": committedMicros.map { .integer($0) },
            "streams": .object(
                streams.sorted { $0.key < $1.key }.map { name, stream in
                    .init(
                        name,
                        .structure([
                            "created_micros": .integer(stream.createdMicros), "key_id": stream.keyID.map { .text($0) },
                            "metrics": .texts(stream.metrics), "warm_mibps": stream.warmMiBps.map { .integer(Int64($0)) },
                            "policy": stream.policy.map { .text($0) },
                        ]))
                }),
            "consumers": .list(
                consumers.map { consumer in
                    .structure([
                        "stream": .text(consumer.stream), "name": .text(consumer.name),
                        "created_micros": .integer(consumer.createdMicros), "policy": consumer.policy.map { .text($0) },
                        "tags": .object(consumer.tags.sorted { $0.key < $1.key }.map { .init($0.key, .text($0.value)) }),
                    ])
                }),
        ])
    }

    init(tokenKey: String) { self.tokenKey = tokenKey }

    /// Nil for what `value` does not write.
    init?(_ value: WireValue) {
        guard value["version"] == .integer(Self.version), case .text(let key)? = value["token_key"] else { return nil }
        tokenKey = key
        committedMicros = value["committed_micros"]?.whole
        if case .object(let members)? = value["streams"] {
            for member in members {
                guard let created = member.value["created_micros"]?.whole else { return nil }
                streams[member.name] = Stream(
                    createdMicros: created, keyID: member.value["key_id"]?.string, metrics: member.value["metrics"]?.texts ?? [],
                    warmMiBps: member.value["warm_mibps"]?.whole.map { Int($0) }, policy: member.value["policy"]?.string)
            }
        }
        if case .list(let elements)? = value["consumers"] {
            for element in elements {
                guard let stream = element["stream"]?.string, let name = element["name"]?.string,
                    let created = element["created_micros"]?.whole
                else { return nil }
                var consumer = Consumer(stream: stream, name: name, createdMicros: created, policy: element["policy"]?.string)
                if case .object(let tags)? = element["tags"] {
                    for tag in tags { consumer.tags[tag.name] = tag.value.string }
                }
                consumers.append(consumer)
            }
        }
    }
}
