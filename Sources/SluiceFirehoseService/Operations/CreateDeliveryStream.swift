import SluiceCore
import SluiceLog
import SluiceServer

enum CreateDeliveryStream {
    static let operation = FirehoseOperation("CreateDeliveryStream") { call in
        var input = try call.input()
        let name = try input.requiredText("DeliveryStreamName", Rules.name)
        let type = try input.text("DeliveryStreamType", Rules.type) ?? "DirectPut"
        let source = try Self.source(&input)
        let encryption = try Encryption.read(&input)
        let tags = try Tags.read(&input, "Tags")
        let (kind, given) = try Self.destination(input)
        try input.finish()
        if type == "KinesisStreamAsSource", source == nil {
            throw Faults.invalid("KinesisStreamSourceConfiguration must be specified for KinesisStreamAsSource.")
        }
        if type == "DirectPut", source != nil {
            throw Faults.invalid("KinesisStreamSourceConfiguration is only for the type KinesisStreamAsSource.")
        }
        guard type == "DirectPut" || type == "KinesisStreamAsSource" else {
            throw Faults.unsupported("DeliveryStreamType \(type)", "records come from clients and from data streams of this port")
        }
        if source != nil, encryption != nil {
            throw Faults.invalid("DeliveryStreamEncryptionConfigurationInput is for DirectPut; a data stream has its own encryption.")
        }
        let scope = try call.scope()
        if let source { try Self.check(source, scope.id) }
        try DestinationDocument.checkHints(given.value)
        let (document, secret) = Endpoints.withoutSecret(DestinationDocument.completed(given.value, kind))
        try scope.checkFunction(of: DeliveryPlan(DestinationDocument.completed(given.value, kind), kind, at: given.path))
        var stream = DeliveryStream(name: name, createdMicros: scope.world.clock.nowMicros(), kind: kind, destination: document)
        stream.source = source
        stream.encryption = encryption
        stream.tags = try Tags.checked(tags ?? [:])
        stream.sealedAccessKey = try Endpoints.sealed(secret, stream, scope)
        do {
            try await scope.create(stream)
        } catch let error as SluiceError where error.code == .notFound {
            throw Faults.invalid("The data stream that KinesisStreamSourceConfiguration names is not there: \(error.message)")
        }
        return .value(.structure(["DeliveryStreamARN": .text(scope.id.arn(name))]))
    }

    /// A delivery stream reads data streams of its own account and region, as those of AWS do.
    private static func check(_ source: WireValue, _ own: ScopeID) throws(ServiceFault) {
        guard let arn = source["KinesisStreamARN"]?.string, let name = SourceName(arn), name.scope != own else { return }
        throw Faults.invalid("The data stream \(arn) must be in the account \(own.account) and the region \(own.region).")
    }

    private static func source(_ input: inout InputReader) throws(ServiceFault) -> WireValue? {
        let arn = try input.structure("KinesisStreamSourceConfiguration") { reader throws(ServiceFault) in
            _ = try reader.requiredText("RoleARN", Rules.role)
            return try reader.requiredText("KinesisStreamARN", Rules.source)
        }
        for other in ["MSKSourceConfiguration", "DatabaseSourceConfiguration"] where input.value(other) != nil {
            throw Faults.unsupported(other, "records come from clients and from data streams of this port")
        }
        guard let arn else { return nil }
        try input.finish()
        guard SourceName(arn) != nil else { throw Faults.invalid("\(arn) is not the ARN of a data stream.") }
        return input.value("KinesisStreamSourceConfiguration")
    }

    /// The one destination that the request names.
    private static func destination(
        _ input: InputReader
    ) throws(ServiceFault) -> (kind: DeliveryPlan.Kind, given: (path: String, value: WireValue)) {
        let all = Destinations.configurations.filter { input.value($0) != nil }
        guard let name = all.first, let value = input.value(name) else { throw Faults.invalid("Exactly one destination is required.") }
        guard all.count == 1 else { throw Faults.invalid("Exactly one destination is required, not \(all.joined(separator: " and ")).") }
        let path = name.prefix(1).lowercased() + name.dropFirst()
        switch name {
        case "S3DestinationConfiguration": return (.s3, (path, DestinationDocument.describedPlainly(value)))
        case "ExtendedS3DestinationConfiguration": return (.s3, (path, value))
        case "HttpEndpointDestinationConfiguration": return (.endpoint, (path, value))
        default: throw Destinations.refusal(name)
        }
    }
}

/// Destinations by the members that name them.
enum Destinations {
    static let configurations = names.map { "\($0)DestinationConfiguration" }
    static let updates = names.map { "\($0)DestinationUpdate" }
    private static let names = [
        "S3", "ExtendedS3", "HttpEndpoint", "Redshift", "Elasticsearch", "Amazonopensearchservice", "AmazonOpenSearchServerless", "Splunk",
        "Snowflake", "Iceberg",
    ]

    static func refusal(_ member: String) -> ServiceFault {
        Faults.unsupported(
            member,
            "deliveries go to buckets of this port and to HTTP endpoints; a pipeline with the bucket as its source loads other systems")
    }
}

/// What endpoints keep to themselves.
enum Endpoints {
    /// A document without its access key, and the key.
    static func withoutSecret(_ document: WireValue) -> (document: WireValue, secret: String?) {
        guard var endpoint = document["EndpointConfiguration"] else { return (document, nil) }
        let secret = endpoint["AccessKey"]?.string
        endpoint.set("AccessKey", nil)
        var whole = document
        whole.set("EndpointConfiguration", endpoint)
        return (whole, secret)
    }

    static func sealed(_ secret: String?, _ stream: DeliveryStream, _ scope: FirehoseScope) throws(SluiceError) -> String? {
        guard let secret, !secret.isEmpty else { return nil }
        let sealed = try SecretCipher(home: scope.world.directory).seal(Array(secret.utf8), name: stream.secretName(scope.id))
        return Base64.encode(sealed)
    }
}
