import SluiceAWS
package import SluiceCore
package import SluiceStreams

extension KinesisStreams {
    package func createStream(_ name: String, _ configuration: StreamConfiguration) async throws(SluiceError) {
        guard configuration.retentionBytes == nil else { throw Self.unsupported("a bound of a shard's bytes") }
        guard configuration.durability == .always else { throw Self.unsupported("durability \(configuration.durability.rawValue)") }
        var body = body(name)
        if configuration.mode == .provisioned { body.put("ShardCount", configuration.shards) }
        body.put("StreamModeDetails", Self.mode(configuration.mode))
        if configuration.recordBytes != StreamLimits.defaultRecordBytes {
            body.put("MaxRecordSizeInKiB", try Self.kibibytes(configuration.recordBytes))
        }
        do throws(SluiceError) {
            _ = try await service.call("CreateStream", body)
        } catch {
            guard error.code == .resourceInUse else { throw error }
            var exists = error
            exists.code = .alreadyExists
            throw exists
        }
        try await waitUntilActive(name)
        var change = StreamChange()
        if configuration.retentionHours != StreamLimits.defaultRetentionHours { change.retentionHours = configuration.retentionHours }
        if configuration.isEncrypted { change.isEncrypted = true }
        change.addedTags = configuration.tags
        try await updateStream(name, change)
    }

    package func deleteStream(_ name: String) async throws(SluiceError) {
        var body = body(name)
        body.put("EnforceConsumerDeletion", true)
        _ = try await service.call("DeleteStream", body)
        try await wait(for: name) { $0 == nil }
    }

    package func listStreams() async throws(SluiceError) -> [String] {
        var names: [String] = []
        try await eachPage("ListStreams") { (last) async throws(SluiceError) in
            var body = JSONBody()
            body.put("Limit", KinesisLimits.listedStreams)
            body.put("ExclusiveStartStreamName", last)
            let answer = try await service.call("ListStreams", body)
            let found = try require(answer["StreamNames"], "StreamNames", "ListStreams").elements.compactMap(\.string)
            names += found
            return answer["HasMoreStreams"]?.boolean == true ? found.last : nil
        }
        return names.sorted()
    }

    package func describeStream(_ name: String) async throws(SluiceError) -> StreamSummary {
        let summary = try await self.summary(name)
        var configuration = StreamConfiguration(
            shards: try require(summary["OpenShardCount"]?.integer, "OpenShardCount", "DescribeStreamSummary"),
            retentionHours: try require(summary["RetentionPeriodHours"]?.integer, "RetentionPeriodHours", "DescribeStreamSummary"))
        configuration.mode = summary["StreamModeDetails"]?["StreamMode"]?.string.flatMap(StreamConfiguration.Mode.init) ?? .provisioned
        configuration.isEncrypted = summary["EncryptionType"]?.string == "KMS"
        if let kibibytes = summary["MaxRecordSizeInKiB"]?.integer, (1...1 << 20).contains(kibibytes) {
            configuration.recordBytes = kibibytes << 10
        }
        configuration.tags = try await tags(name)
        return StreamSummary(
            name: name,
            status: try require(
                summary["StreamStatus"]?.string.flatMap(StreamSummary.Status.init), "StreamStatus", "DescribeStreamSummary"),
            createdMicros: Self.micros(summary["StreamCreationTimestamp"]) ?? 0, openShardCount: configuration.shards,
            configuration: configuration)
    }

    private func tags(_ name: String) async throws(SluiceError) -> [String: String] {
        var tags: [String: String] = [:]
        try await eachPage("ListTagsForStream") { (last) async throws(SluiceError) in
            var body = body(name)
            body.put("ExclusiveStartTagKey", last)
            let answer = try await service.call("ListTagsForStream", body)
            let found = answer["Tags"]?.elements ?? []
            for tag in found {
                let key = try require(tag["Key"]?.string, "Key", "ListTagsForStream")
                tags[key] = tag["Value"]?.string ?? ""
            }
            return answer["HasMoreTags"]?.boolean == true ? found.last?["Key"]?.string : nil
        }
        return tags
    }

    // MARK: The state of a stream

    func summary(_ name: String) async throws(SluiceError) -> JSONNode {
        let answer = try await service.call("DescribeStreamSummary", body(name))
        return try require(answer["StreamDescriptionSummary"], "StreamDescriptionSummary", "DescribeStreamSummary")
    }

    /// Suspends until no change of the stream is under way.
    func waitUntilActive(_ name: String) async throws(SluiceError) {
        try await wait(for: name) { (status) throws(SluiceError) in
            guard let status else { throw SluiceError(.notFound, "stream \(name.quotedForMessage) was deleted while it was changed") }
            return status == StreamSummary.Status.active.rawValue
        }
    }

    /// - Parameter isDone: Takes the stream's state, nil where there is no stream.
    private func wait(for name: String, _ isDone: (String?) throws(SluiceError) -> Bool) async throws(SluiceError) {
        for _ in 0..<KinesisLimits.changeSeconds / KinesisLimits.stateSeconds {
            var status: String?
            do throws(SluiceError) {
                status = try await summary(name)["StreamStatus"]?.string
            } catch {
                if error.code != .notFound { throw error }
            }
            if try isDone(status) { return }
            try await sleep(for: .seconds(KinesisLimits.stateSeconds))
        }
        throw SluiceError(
            .timedOut, "stream \(name.quotedForMessage) was not ready \(KinesisLimits.changeSeconds) seconds after its change",
            remedy: "look at its state with DescribeStreamSummary", isRetriable: true)
    }

    func sleep(for duration: Duration) async throws(SluiceError) {
        do {
            try await service.pacer.sleep(for: duration)
        } catch {
            throw SluiceError(.interrupted, "the wait for kinesis was cancelled", underlying: error)
        }
    }

    /// Waits behind a failure, longer each time.
    func pause(behind failures: Int) async throws(SluiceError) {
        do {
            try await service.pacer.pause(behind: failures, isThrottled: true)
        } catch {
            throw SluiceError(.interrupted, "the wait for kinesis was cancelled", underlying: error)
        }
    }

    // MARK: Values of the API

    static func mode(_ mode: StreamConfiguration.Mode) -> JSONBody {
        var details = JSONBody()
        details.put("StreamMode", mode.rawValue)
        return details
    }

    static func kibibytes(_ bytes: Int) throws(SluiceError) -> Int {
        guard bytes % 1_024 == 0 else {
            throw SluiceError(.invalidArgument, "the service counts records in KiB, and \(bytes) bytes are no whole number of them")
        }
        return bytes / 1_024
    }

    /// Microseconds since 1970 of seconds with a fraction; nil for what is no time.
    static func micros(_ seconds: JSONNode?) -> Int64? {
        guard let seconds = seconds?.double, abs(seconds) < 1e12 else { return nil }
        return Int64((seconds * 1e6).rounded())
    }

    static func unsupported(_ what: String) -> SluiceError {
        SluiceError(.notOffered, "kinesis has no \(what)", remedy: "leave it out, or use an embedded stream")
    }
}
