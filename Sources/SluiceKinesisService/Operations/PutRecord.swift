import SluiceCore
import SluiceServer
import SluiceStreams

enum PutRecord {
    static let operation = KinesisOperation("PutRecord") { call in
        let value = try call.format.decode(call.body)
        var input = try InputReader(value)
        let reference = try input.stream()
        var entries = PutEntries()
        try entries.append(&input, call.format)
        let after = try input.text("SequenceNumberForOrdering", Rules.sequence)
        let isDry = try input.boolean("DryRun") ?? false
        try input.finish()
        let target = try call.target(reference)
        let summary = try target.summary()
        try entries.check(summary, target)
        var batch = entries.batch
        if let after {
            guard let number = ServiceNumber(after), let record = number.record else {
                throw Faults.invalid("SequenceNumberForOrdering \(after) did not come from this stream.")
            }
            batch.sequenceNumberForOrdering = record
        }
        if isDry { throw DryRun.succeeded() }
        if call.context.faults.refuses { throw Throttling.fault(target) }
        var refusing: ShardID?
        do throws(SluiceError) { refusing = try call.context.quotas?.refusals(entries, rows: [0], target)[0] } catch {
            throw target.refusal(error)
        }
        if let refusing { throw Throttling.fault(target, refusing) }
        let receipt: PutReceipt
        do throws(SluiceError) {
            receipt = try await target.scope.writing.putRecord(batch, to: target.name)
        } catch {
            throw target.refusal(error)
        }
        return .value(
            .structure([
                "ShardId": .text(receipt.shard.description),
                "SequenceNumber": ServiceNumber(receipt.sequenceNumber).map { .text($0.text) },
                "EncryptionType": summary.configuration.isEncrypted ? .text("KMS") : nil,
            ]))
    }
}

/// What a stream says that takes no more for the moment.
enum Throttling {
    static let code = "ProvisionedThroughputExceededException"

    /// - Parameter shard: Nil: said of the whole stream.
    static func message(_ target: StreamTarget, _ shard: ShardID? = nil) -> String {
        let place = shard.map { "shard \($0) in " } ?? ""
        return "Rate exceeded for \(place)stream \(target.name) under account \(target.scope.id.account)."
    }

    static func fault(_ target: StreamTarget, _ shard: ShardID? = nil) -> ServiceFault { ServiceFault(400, code, message(target, shard)) }
}
