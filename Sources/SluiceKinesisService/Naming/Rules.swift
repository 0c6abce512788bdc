import SluiceServer
import SluiceStreams

/// What members of requests must be. Source: the API model of 2026-08.
enum Rules {
    static let name = TextRule(length: 1...128, pattern: ("[a-zA-Z0-9_.-]+", isName))
    static let streamARN = TextRule(length: 1...2_048, pattern: (#"arn:aws.*:kinesis:.*:\d{12}:stream/\S+"#, { isARN($0) }))
    static let resourceARN = TextRule(
        length: 1...2_048, pattern: (#"arn:aws.*:kinesis:.*:\d{12}:.*(stream|channel|queue)/\S+"#, { isARN($0) }))
    static let consumerARN = TextRule(
        length: 1...2_048,
        pattern: (
            #"^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/[a-zA-Z0-9_.-]+:[0-9]+"#,
            { ResourceName($0)?.consumer != nil }
        ))
    static let shard = name
    static let sequence = TextRule(pattern: (#"^(0|([1-9]\d{0,128}))$"#, { SequenceNumber(parsing: $0) != nil }))
    static let hashKey = TextRule(pattern: (#"^(0|([1-9]\d{0,38}))$"#, { $0.utf8.count <= 39 && SequenceNumber(parsing: $0) != nil }))
    static let iterator = TextRule(length: 1...512)
    static let key = TextRule(length: 1...256)
    static let token = TextRule(length: 1...1_048_576)
    static let tagKey = TextRule(length: 1...128)
    static let tagValue = TextRule(length: 0...256)
    static let iteratorType = TextRule(values: ["AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON"])
    static let mode = TextRule(values: ["PROVISIONED", "ON_DEMAND"])
    static let encryption = TextRule(values: ["KMS", "NONE"])
    static let metricNames = [
        "IncomingBytes", "IncomingRecords", "OutgoingBytes", "OutgoingRecords", "WriteProvisionedThroughputExceeded",
        "ReadProvisionedThroughputExceeded", "IteratorAgeMilliseconds",
    ]
    static let metric = TextRule(values: metricNames + ["ALL"])

    @Sendable static func isName(_ text: String) -> Bool {
        (1...128).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
                default: false
                }
            }
    }

    private static func isARN(_ text: String) -> Bool {
        guard let arn = ResourceARN(text) else { return false }
        return arn.service == "kinesis" && arn.account.utf8.count == 12 && arn.resource.contains("/") && !arn.resource.contains(" ")
    }
}
