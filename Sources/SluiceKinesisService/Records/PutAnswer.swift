import SluiceCore
import SluiceServer
import SluiceStreams

/// What became of the records of PutRecords, in the order of the request.
struct PutAnswer {
    private enum Entry {
        case stored(PutReceipt)
        case failed(code: String, message: String)
    }

    private var entries: [Entry] = []
    private var failedCount = 0
    private let isEncrypted: Bool

    /// - Parameters:
    ///   - outcomes: Of the records that were not refused, in order.
    ///   - throttled: Rows of the request that were refused, and what is said of each.
    init(_ outcomes: [PutOutcome], throttled: [Int: String], isEncrypted: Bool) {
        self.isEncrypted = isEncrypted
        entries.reserveCapacity(outcomes.count + throttled.count)
        var rest = outcomes[...]
        while true {
            if let message = throttled[entries.count] {
                entries.append(.failed(code: Throttling.code, message: message))
                failedCount += 1
                continue
            }
            guard let outcome = rest.popFirst() else { break }
            switch outcome {
            case .stored(let receipt): entries.append(.stored(receipt))
            case .failed(let error):
                let code = error.code == .throughputExceeded ? Throttling.code : "InternalFailure"
                entries.append(.failed(code: code, message: error.message))
                failedCount += 1
            }
        }
    }

    var value: WireValue {
        .structure([
            "FailedRecordCount": .integer(Int64(failedCount)),
            "Records": .list(
                entries.map { entry in
                    switch entry {
                    case .stored(let receipt):
                        .structure([
                            "SequenceNumber": ServiceNumber(receipt.sequenceNumber).map { .text($0.text) },
                            "ShardId": .text(receipt.shard.description),
                        ])
                    case .failed(let code, let message): .structure(["ErrorCode": .text(code), "ErrorMessage": .text(message)])
                    }
                }),
            "EncryptionType": isEncrypted ? .text("KMS") : nil,
        ])
    }

    /// The same in JSON, without values on the way.
    var json: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + entries.count * 128)
        bytes += #"{"FailedRecordCount":\#(failedCount),"Records":["#.utf8
        var shards: [ShardID: (numbers: NumberRun, name: [UInt8])] = [:]
        for (index, entry) in entries.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            switch entry {
            case .stored(let receipt):
                bytes += StaticBytes.sequence
                if shards[receipt.shard] == nil {
                    shards[receipt.shard] = (NumberRun(), Array(#"","ShardId":"\#(receipt.shard)"}"#.utf8))
                }
                if let number = ServiceNumber(receipt.sequenceNumber) { shards[receipt.shard]?.numbers.append(number, to: &bytes) }
                bytes += shards[receipt.shard]?.name ?? []
            case .failed(let code, let message):
                bytes += #"{"ErrorCode":"#.utf8
                JSONText.appendString(code.utf8, to: &bytes)
                bytes += #","ErrorMessage":"#.utf8
                JSONText.appendString(message.utf8, to: &bytes)
                bytes.append(UInt8(ascii: "}"))
            }
        }
        bytes += (isEncrypted ? #"],"EncryptionType":"KMS"}"# : "]}").utf8
        return bytes
    }
}

/// Pieces of answers that come for each record.
enum StaticBytes {
    static let sequence = Array(#"{"SequenceNumber":""#.utf8)
    static let arrival = Array(#"","ApproximateArrivalTimestamp":"#.utf8)
    static let data = Array(#","Data":""#.utf8)
    static let key = Array(#"","PartitionKey":"#.utf8)
    static let encrypted = Array(#","EncryptionType":"KMS"}"#.utf8)
    static let end = Array("}".utf8)
}
