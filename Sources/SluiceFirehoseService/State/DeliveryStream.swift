import SluiceServer

/// A delivery stream as its scope remembers it.
struct DeliveryStream: Hashable, Sendable {
    var name: String
    /// Microseconds since 1970; tells it from an earlier one of the same name.
    var createdMicros: Int64
    var updatedMicros: Int64?
    /// From 1; one more for each update of the destination.
    var version = 1
    var kind: DeliveryPlan.Kind
    /// Completed, without the access key of an endpoint.
    var destination: WireValue
    /// The endpoint's access key, sealed, in base 64.
    var sealedAccessKey: String?
    /// `KinesisStreamSourceConfiguration`; nil for a stream that takes records itself.
    var source: WireValue?
    var tags: [String: String] = [:]
    /// `DeliveryStreamEncryptionConfigurationInput` where what waits for its delivery is encrypted.
    var encryption: WireValue?

    static let destinationID = "destinationId-000000000001"

    /// What the access key is sealed under.
    func secretName(_ scope: ScopeID) -> String { "firehose/\(scope.account)/\(scope.region)/\(name)" }

    var value: WireValue {
        .structure([
            "name": .text(name), "created_micros": .integer(createdMicros), "updated_micros": updatedMicros.map { .integer($0) },
            "version": .integer(Int64(version)), "kind": .text(kind.rawValue), "destination": destination,
            "sealed_access_key": sealedAccessKey.map { .text($0) }, "source": source, "encryption": encryption,
            "tags": .object(tags.sorted { $0.key < $1.key }.map { .init($0.key, .text($0.value)) }),
        ])
    }
}

extension DeliveryStream {
    /// Nil for what `value` does not write.
    init?(_ value: WireValue) {
        guard let name = value["name"]?.string, Rules.isName(name, upTo: 64), let created = value["created_micros"]?.whole,
            let version = value["version"]?.whole, let kind = value["kind"]?.string.flatMap(DeliveryPlan.Kind.init(rawValue:)),
            let destination = value["destination"]
        else { return nil }
        self.init(name: name, createdMicros: created, kind: kind, destination: destination)
        self.version = Int(version)
        updatedMicros = value["updated_micros"]?.whole
        sealedAccessKey = value["sealed_access_key"]?.string
        source = value["source"]
        encryption = value["encryption"]
        for tag in value["tags"]?.members ?? [] { tags[tag.name] = tag.value.string }
    }
}
