import SluiceServer

enum DescribeDeliveryStream {
    static let operation = FirehoseOperation("DescribeDeliveryStream") { call in
        var input = try call.input()
        let name = try input.requiredText("DeliveryStreamName", Rules.name)
        _ = try input.integer("Limit", 1...10_000)
        _ = try input.text("ExclusiveStartDestinationId", Rules.destination)
        try input.finish()
        let scope = try call.scope()
        let stream = try scope.stream(name)
        return .value(
            .structure([
                "DeliveryStreamDescription": .structure([
                    "DeliveryStreamName": .text(name), "DeliveryStreamARN": .text(scope.id.arn(name)),
                    "DeliveryStreamStatus": .text("ACTIVE"),
                    "DeliveryStreamEncryptionConfiguration": encryption(stream),
                    "DeliveryStreamType": .text(stream.type), "VersionId": .text(String(stream.version)),
                    "CreateTimestamp": .time(micros: stream.createdMicros),
                    "LastUpdateTimestamp": stream.updatedMicros.map { .time(micros: $0) }, "Source": source(stream),
                    "Destinations": .list([destination(stream)]), "HasMoreDestinations": .boolean(false),
                ])
            ]))
    }

    private static func encryption(_ stream: DeliveryStream) -> WireValue? {
        guard stream.source == nil else { return nil }
        guard let encryption = stream.encryption else { return .structure(["Status": .text("DISABLED")]) }
        return .structure(["KeyARN": encryption["KeyARN"], "KeyType": encryption["KeyType"], "Status": .text("ENABLED")])
    }

    private static func source(_ stream: DeliveryStream) -> WireValue? {
        guard let source = stream.source else { return nil }
        return .structure([
            "KinesisStreamSourceDescription": .structure([
                "KinesisStreamARN": source["KinesisStreamARN"], "RoleARN": source["RoleARN"],
                "DeliveryStartTimestamp": .time(micros: stream.createdMicros),
            ])
        ])
    }

    private static func destination(_ stream: DeliveryStream) -> WireValue {
        let described = DestinationDocument.described(stream.destination, stream.kind)
        return switch stream.kind {
        case .s3:
            .structure([
                "DestinationId": .text(DeliveryStream.destinationID),
                "S3DestinationDescription": DestinationDocument.describedPlainly(described), "ExtendedS3DestinationDescription": described,
            ])
        case .endpoint:
            .structure([
                "DestinationId": .text(DeliveryStream.destinationID), "HttpEndpointDestinationDescription": described,
            ])
        }
    }
}

extension DeliveryStream {
    var type: String { source == nil ? "DirectPut" : "KinesisStreamAsSource" }
}
