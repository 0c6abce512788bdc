import SluiceCore
import SluiceServer

enum UpdateDestination {
    static let operation = FirehoseOperation("UpdateDestination") { call in
        var input = try call.input()
        let name = try input.requiredText("DeliveryStreamName", Rules.name)
        let version = try input.requiredText("CurrentDeliveryStreamVersionId", Rules.version)
        let id = try input.requiredText("DestinationId", Rules.destination)
        try input.finish()
        let all = Destinations.updates.filter { input.value($0) != nil }
        guard let member = all.first, all.count == 1, let update = input.value(member) else {
            throw Faults.invalid("Exactly one destination update is required.")
        }
        let scope = try call.scope()
        let now = scope.world.clock.nowMicros()
        try scope.change(name) { stream throws(ServiceFault) in
            guard id == DeliveryStream.destinationID else {
                throw ServiceFault(400, "ResourceNotFoundException", "Destination \(id) of Firehose \(name) not found.")
            }
            guard version == String(stream.version) else {
                throw ServiceFault(
                    400, "ConcurrentModificationException",
                    "Cannot update firehose: \(name) since the current version id: \(stream.version) and specified version id: "
                        + "\(version) do not match")
            }
            stream = try Self.updated(stream, member, update, scope)
            stream.version += 1
            stream.updatedMicros = now
        }
        return .value(.object([]))
    }

    private static func updated(
        _ stream: DeliveryStream, _ member: String, _ update: WireValue, _ scope: FirehoseScope
    ) throws(ServiceFault) -> DeliveryStream {
        let kind: DeliveryPlan.Kind
        switch member {
        case "S3DestinationUpdate", "ExtendedS3DestinationUpdate": kind = .s3
        case "HttpEndpointDestinationUpdate": kind = .endpoint
        default: throw Destinations.refusal(member)
        }
        guard kind == stream.kind else {
            throw Faults.invalid("\(member) is for another kind of destination than that of \(stream.name), which cannot change.")
        }
        if kind == .s3, stream.destination["S3BackupMode"] == .text("Enabled"), update["S3BackupMode"] == .text("Disabled") {
            throw Faults.invalid("S3BackupMode of \(stream.name) is Enabled, and cannot be changed to Disabled.")
        }
        try DestinationDocument.checkHints(update)
        let document = DestinationDocument.updated(stream.destination, by: update, kind)
        let path = member.prefix(1).lowercased() + member.dropFirst()
        let plan = try DeliveryPlan(document, kind, at: path)
        try scope.checkFunction(of: plan)
        guard plan.isPartitioned == stream.destination.isEnabled("DynamicPartitioningConfiguration") else {
            throw Faults.invalid("Dynamic Partitioning is enabled or not when a delivery stream is created, and cannot change.")
        }
        var changed = stream
        let (open, secret) = Endpoints.withoutSecret(document)
        changed.destination = open
        // A key never goes to an address that it was not given for.
        if update["EndpointConfiguration"] != nil { changed.sealedAccessKey = nil }
        if let secret {
            do throws(SluiceError) {
                changed.sealedAccessKey = try Endpoints.sealed(secret, stream, scope)
            } catch {
                throw ServiceFault(500, "InternalFailure", "The access key cannot be kept: \(error.message)")
            }
        }
        return changed
    }
}
