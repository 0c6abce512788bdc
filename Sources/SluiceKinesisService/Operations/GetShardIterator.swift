import SluiceCore
import SluiceLog
import SluiceServer
import SluiceStreams

enum GetShardIterator {
    static let operation = KinesisOperation("GetShardIterator") { call in
        var input = try call.input()
        let reference = try input.stream()
        let shard = try input.requiredText("ShardId", Rules.shard)
        let type = try input.requiredText("ShardIteratorType", Rules.iteratorType)
        let number = try input.text("StartingSequenceNumber", Rules.sequence)
        let micros = try input.time("Timestamp")
        let isDry = try input.boolean("DryRun") ?? false
        try input.finish()
        let target = try call.target(reference)
        _ = try target.summary()
        guard let id = ShardID(parsing: shard) else { throw Faults.noShard(shard, target.name, target.scope) }
        let start = StartingPlace(type: type, number: number, micros: micros)
        let position = try start.position(shard: id, target, operation: "GetShardIterator")
        if isDry { throw DryRun.succeeded() }
        if let quotas = call.context.quotas, !quotas.iterator(.init(scope: target.scope.id, stream: target.name, number: id.number)) {
            throw Throttling.fault(target, id)
        }
        do throws(SluiceError) {
            let iterator = try target.scope.reader(target.name).shardIterator(target.name, id, position)
            return .value(.structure(["ShardIterator": .text(iterator.token)]))
        } catch {
            throw Faults.fault(error, shard: shard, stream: target.name, target.scope)
        }
    }
}

/// What a request without effects answers that would have been done.
enum DryRun {
    static func succeeded() -> ServiceFault {
        ServiceFault(400, "DryRunOperationException", "Request would have succeeded, but DryRun flag is set.")
    }
}

/// Where an iterator or a subscription begins, as requests say it.
struct StartingPlace: Sendable {
    var type: String
    var number: String?
    var micros: Int64?

    /// - Parameter operation: As messages name it.
    /// - Throws: `InvalidArgumentException`.
    func position(shard: ShardID, _ target: StreamTarget, operation: String) throws -> IteratorPosition {
        switch type {
        case "TRIM_HORIZON", "LATEST":
            if number != nil { throw Self.mismatch(type, "also a StartingSequenceNumber") }
            return type == "LATEST" ? .latest : .trimHorizon
        case "AT_TIMESTAMP":
            guard let micros else { throw Faults.invalid("Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP") }
            let now = target.scope.clock.nowMicros()
            guard micros <= now else {
                throw Faults.invalid(
                    "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: "
                        + "\(micros / 1_000), currentTimestampInMillis: \(now / 1_000)")
            }
            return .atTimestamp(micros: micros)
        default:
            guard let number else { throw Self.mismatch(type, "no StartingSequenceNumber") }
            guard let found = ServiceNumber(number), found.shard == shard.number else {
                throw Faults.invalid(
                    "StartingSequenceNumber \(number) used in \(operation) on shard \(shard) in stream \(target.name) under account "
                        + "\(target.scope.id.account) is invalid because it did not come from this stream.")
            }
            guard let record = found.record else { return .trimHorizon }
            return type == "AT_SEQUENCE_NUMBER" ? .atSequenceNumber(record) : .afterSequenceNumber(record)
        }
    }

    private static func mismatch(_ type: String, _ what: String) -> ServiceFault {
        Faults.invalid(
            "Must either specify (1) AT_SEQUENCE_NUMBER/AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and "
                + "no StartingSequenceNumber. Request specified \(type) and \(what).")
    }
}
