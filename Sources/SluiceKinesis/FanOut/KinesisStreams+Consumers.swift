import SluiceAWS
package import SluiceCore
import SluiceStreams
import Synchronization

extension KinesisStreams {
    /// The consumer through which shards of a stream are subscribed to: registered where there is none, and active.
    func consumer(_ name: String, of stream: String) async throws(SluiceError) -> FanOutConsumer {
        if let known = consumers.withLock({ $0[stream] }) { return known }
        let arn = try require(try await summary(stream)["StreamARN"]?.string, "StreamARN", "DescribeStreamSummary")
        var found = try await describeConsumer(name, arn)
        let isOurs = found == nil
        if isOurs {
            var body = JSONBody()
            body.put("StreamARN", arn)
            body.put("ConsumerName", name)
            do throws(SluiceError) {
                _ = try await service.call("RegisterStreamConsumer", body)
            } catch {
                // Somebody else registered it in this moment.
                guard error.code == .resourceInUse else { throw error }
            }
        }
        for _ in 0..<KinesisLimits.changeSeconds / KinesisLimits.stateSeconds where found?.status != "ACTIVE" {
            if found != nil { try await sleep(for: .seconds(KinesisLimits.stateSeconds)) }
            found = try await describeConsumer(name, arn)
        }
        guard let found, found.status == "ACTIVE" else {
            throw SluiceError(
                .timedOut, "consumer \(name.quotedForMessage) of stream \(stream.quotedForMessage) did not become active",
                remedy: "look at it with DescribeStreamConsumer", isRetriable: true)
        }
        let consumer = FanOutConsumer(name: name, stream: stream, resource: found.resource, isOurs: isOurs)
        consumers.withLock { $0[stream] = consumer }
        return consumer
    }

    /// Nil where there is no consumer of that name.
    private func describeConsumer(_ name: String, _ stream: String) async throws(SluiceError) -> (resource: String, status: String)? {
        var body = JSONBody()
        body.put("StreamARN", stream)
        body.put("ConsumerName", name)
        do throws(SluiceError) {
            let answer = try await service.call("DescribeStreamConsumer", body)["ConsumerDescription"]
            let operation = "DescribeStreamConsumer"
            return (
                try require(answer?["ConsumerARN"]?.string, "ConsumerARN", operation),
                try require(answer?["ConsumerStatus"]?.string, "ConsumerStatus", operation)
            )
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    /// Takes back the consumers that this backend registered; those that were there before stay.
    package func deregisterConsumers() async throws(SluiceError) {
        let ours = consumers.withLock { consumers in
            defer { consumers = [:] }
            return consumers.values.filter(\.isOurs)
        }
        for consumer in ours {
            var body = JSONBody()
            body.put("ConsumerARN", consumer.resource)
            do throws(SluiceError) {
                _ = try await service.call("DeregisterStreamConsumer", body)
            } catch {
                guard error.code == .notFound else { throw error }
            }
        }
    }
}
