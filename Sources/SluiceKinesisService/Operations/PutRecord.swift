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
        if call.context.faults.throttles { throw Throttling.fault(target) }
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

    static func message(_ target: StreamTarget) -> String {
        "Rate exceeded for stream \(target.name) under account \(target.scope.id.account)."
    }

    static func fault(_ target: StreamTarget) -> ServiceFault { ServiceFault(400, code, message(target)) }
}
