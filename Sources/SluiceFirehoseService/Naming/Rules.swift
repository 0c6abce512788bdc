import SluiceServer

/// What members of requests must be. Source: the API model of 2026-08.
enum Rules {
    static let name = TextRule(length: 1...64, pattern: ("[a-zA-Z0-9_.-]+", { isName($0, upTo: 64) }))
    static let type = TextRule(values: ["DirectPut", "KinesisStreamAsSource", "MSKAsSource", "DatabaseAsSource"])
    static let role = TextRule(
        length: 1...512, pattern: (#"arn:.*:iam::\d{12}:role/[a-zA-Z_0-9+=,.@\-_/]+"#, { isARN($0, of: "iam", resource: "role/") }))
    static let source = TextRule(
        length: 1...512,
        pattern: (#"arn:.*:kinesis:[a-zA-Z0-9\-]+:\d{12}:stream/[a-zA-Z0-9_.-]+"#, { isARN($0, of: "kinesis", resource: "stream/") }))
    static let bucket = TextRule(
        length: 1...2_048, pattern: (#"arn:.*:s3:::[\w\.\-]{1,255}"#, { DestinationText.bucket($0) != nil }))
    static let prefix = TextRule(length: 0...1_024)
    static let compression = TextRule(values: ["UNCOMPRESSED", "GZIP", "ZIP", "Snappy", "HADOOP_SNAPPY"])
    static let backupMode = TextRule(values: ["Disabled", "Enabled"])
    static let endpointBackupMode = TextRule(values: ["FailedDataOnly", "AllData"])
    static let encoding = TextRule(values: ["NONE", "GZIP"])
    static let fileExtension = TextRule(length: 0...128, pattern: (#"^$|\.[0-9a-z!\-_.*'()]+"#, { isExtension($0) }))
    static let zone = TextRule(length: 0...50, pattern: ("^$|[a-zA-Z/_]+", { isZone($0) }))
    static let processor = TextRule(values: [
        "RecordDeAggregation", "Decompression", "CloudWatchLogProcessing", "Lambda", "MetadataExtraction", "AppendDelimiterToRecord",
    ])
    static let parameter = TextRule(values: [
        "LambdaArn", "NumberOfRetries", "MetadataExtractionQuery", "JsonParsingEngine", "RoleArn", "BufferSizeInMBs",
        "BufferIntervalInSeconds", "SubRecordType", "Delimiter", "CompressionFormat", "DataMessageExtraction",
    ])
    static let parameterValue = TextRule(length: 1...5_120)
    static let word = TextRule(length: 1...1_024, pattern: (#"^\S+$"#, { !$0.isEmpty && !$0.contains(where: \.isWhitespace) }))
    static let parquetCompression = TextRule(values: ["UNCOMPRESSED", "GZIP", "SNAPPY"])
    static let writerVersion = TextRule(values: ["V1", "V2"])
    static let url = TextRule(length: 1...1_000)
    static let endpointName = TextRule(length: 1...256)
    static let accessKey = TextRule(length: 0...4_096)
    static let attributeName = TextRule(length: 1...256)
    static let attributeValue = TextRule(length: 0...1_024)
    static let tagKey = TextRule(length: 1...128)
    static let tagValue = TextRule(length: 0...256)
    static let version = TextRule(length: 1...50, pattern: ("[0-9]+", { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }))
    static let destination = TextRule(length: 1...100)
    static let keyType = TextRule(values: ["AWS_OWNED_CMK", "CUSTOMER_MANAGED_CMK"])
    static let keyARN = TextRule(length: 1...512)

    static func isName(_ text: String, upTo length: Int) -> Bool {
        (1...length).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x61...0x7A, 0x41...0x5A, 0x30...0x39, UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
                default: false
                }
            }
    }

    private static func isARN(_ text: String, of service: String, resource: String) -> Bool {
        guard let arn = ResourceARN(text), let name = arn.name(behind: resource) else { return false }
        return arn.service == service && arn.hasAccount && !name.contains(" ")
    }

    private static func isExtension(_ text: String) -> Bool {
        text.isEmpty
            || text.hasPrefix(".") && text.utf8.count > 1
                && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || "!-_.*'()".utf8.contains($0) }
    }

    private static func isZone(_ text: String) -> Bool {
        text.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "_")
        }
    }
}

/// Parts of texts that requests have.
enum DestinationText {
    /// The bucket that an ARN names; nil for anything else.
    static func bucket(_ arn: String) -> String? {
        guard let arn = ResourceARN(arn), arn.service == "s3", arn.region.isEmpty, arn.account.isEmpty,
            Rules.isName(arn.resource, upTo: 255)
        else { return nil }
        return arn.resource
    }
}
