import SluiceAWS
package import SluiceCore
package import SluiceStreams

extension KinesisStreams {
    package func updateStream(_ name: String, _ change: StreamChange) async throws(SluiceError) {
        guard change.retentionBytes == nil else { throw Self.unsupported("bound of a shard's bytes") }
        guard change.durability ?? .always == .always else { throw Self.unsupported("other durability than always") }
        if change.retentionHours != nil || change.mode != nil || change.recordBytes != nil || change.isEncrypted != nil {
            try await makeChanges(name, try await summary(name), change)
        }
        for part in Self.parts(of: change.addedTags.keys.sorted()) {
            var tags = JSONBody()
            for key in part { tags.put(key, change.addedTags[key]) }
            var body = body(name)
            body.put("Tags", tags)
            _ = try await service.call("AddTagsToStream", body)
        }
        for part in Self.parts(of: change.removedTags) {
            var body = body(name)
            body.put("TagKeys", texts: part)
            _ = try await service.call("RemoveTagsFromStream", body)
        }
    }

    /// Makes the changes that have a call of their own, one after another: the service takes one at a time.
    private func makeChanges(_ name: String, _ summary: JSONNode, _ change: StreamChange) async throws(SluiceError) {
        if let hours = change.retentionHours, let now = summary["RetentionPeriodHours"]?.integer, hours != now {
            var body = body(name)
            body.put("RetentionPeriodHours", hours)
            try await make(hours > now ? "IncreaseStreamRetentionPeriod" : "DecreaseStreamRetentionPeriod", body, name)
        }
        if let mode = change.mode, mode.rawValue != summary["StreamModeDetails"]?["StreamMode"]?.string {
            var body = try resource(summary)
            body.put("StreamModeDetails", Self.mode(mode))
            try await make("UpdateStreamMode", body, name)
        }
        if let bytes = change.recordBytes {
            var body = try resource(summary)
            body.put("MaxRecordSizeInKiB", try Self.kibibytes(bytes))
            try await make("UpdateMaxRecordSize", body, name)
        }
        let isEncrypted = summary["EncryptionType"]?.string == "KMS"
        if let wanted = change.isEncrypted, wanted != isEncrypted {
            var body = body(name)
            body.put("EncryptionType", "KMS")
            body.put("KeyId", wanted ? KinesisLimits.serviceKey : summary["KeyId"]?.string ?? KinesisLimits.serviceKey)
            try await make(wanted ? "StartStreamEncryption" : "StopStreamEncryption", body, name)
        }
    }

    private func make(_ operation: String, _ body: JSONBody, _ name: String) async throws(SluiceError) {
        _ = try await service.call(operation, body)
        try await waitUntilActive(name)
    }

    /// Calls that do not take a name.
    private func resource(_ summary: JSONNode) throws(SluiceError) -> JSONBody {
        var body = JSONBody()
        body.put("StreamARN", try require(summary["StreamARN"]?.string, "StreamARN", "DescribeStreamSummary"))
        return body
    }

    private static func parts(of texts: [String]) -> [[String]] {
        stride(from: 0, to: texts.count, by: KinesisLimits.tagsOfCall).map {
            Array(texts[$0..<min($0 + KinesisLimits.tagsOfCall, texts.count)])
        }
    }
}
